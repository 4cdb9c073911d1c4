import { array, assert, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BundledImage, Row } from '../../../src/batch/row.ts';
import { createPictureIndex } from '../../../src/intake/bundle/picture-index.ts';
import { archive, readBundle, refusalOf, zip, type DroppedBytes } from './archives.ts';

const picture = 'never looked into here';

async function drop(names: readonly string[], table: string): Promise<readonly DroppedBytes[]> {
  const pictures = await zip(Object.fromEntries(names.map((name) => [name, picture])));
  return [archive(pictures), { name: 'table.csv', kind: 'table', bytes: table }];
}

function namesOf({ images, fault }: Row): unknown {
  return fault?.code ?? images.map((image) => (typeof image === 'string' ? image : image.name));
}

const readNames = async (names: readonly string[], table: string): Promise<unknown> =>
  readBundle(await drop(names, table), ({ rows }) => rows.map(namesOf));

describe('a table beside pictures names them', () => {
  it.for([
    ['by their names', ['a.jpg', 'b.jpg'], 'sku,image\n1,b.jpg\n2,a.jpg', [['b.jpg'], ['a.jpg']]],
    [
      'without the folder',
      ['p/q/a.jpg'],
      'filename\na.jpg\n"p/q/a.jpg"',
      [['p/q/a.jpg'], ['p/q/a.jpg']],
    ],
    ['with backslashes', ['p/a.jpg'], 'image\n.\\p\\a.jpg', [['p/a.jpg']]],
    ['in another case', ['A.JPG'], 'image\na.jpg', [['A.JPG']]],
    [
      'in the right case where only case tells them apart',
      ['A.jpg', 'a.jpg'],
      'image\na.jpg\nA.jpg',
      [['a.jpg'], ['A.jpg']],
    ],
    ['in decomposed characters', ['café.jpg'], 'image\ncafe\u0301.jpg', [['café.jpg']]],
    [
      'in a column of any name',
      ['a.jpg', 'b.jpg'],
      'x,y,z\n1,a.jpg,n\n2,b.jpg,n',
      [['a.jpg'], ['b.jpg']],
    ],
    [
      'several in a cell',
      ['a.jpg', 'b.jpg'],
      'image\n"a.jpg; b.jpg"\n"b.jpg\na.jpg"',
      [
        ['a.jpg', 'b.jpg'],
        ['b.jpg', 'a.jpg'],
      ],
    ],
    ['also with a comma in the name', ['a, b.jpg', 'c.jpg'], 'image\n"a, b.jpg"', [['a, b.jpg']]],
    [
      'also a line each with commas in the names, as in a to-do file of grouped pictures',
      ['mug, red-1.jpg', 'mug, red-2.jpg'],
      'filename\n"mug, red-1.jpg\nmug, red-2.jpg"',
      [['mug, red-1.jpg', 'mug, red-2.jpg']],
    ],
    [
      'also behind the sign that keeps a spreadsheet from calculating a name',
      ['=1.jpg', '-2.jpg', "'3.jpg"],
      "filename\n'=1.jpg\n'-2.jpg\n'3.jpg",
      [['=1.jpg'], ['-2.jpg'], ["'3.jpg"]],
    ],
    ['in several columns', ['a.jpg', 'b.jpg'], 'front,back\na.jpg,b.jpg', [['a.jpg', 'b.jpg']]],
    [
      'beside links, which stay links',
      ['a.jpg'],
      'image\na.jpg\nhttps://shop.example/b.jpg',
      [['a.jpg'], ['https://shop.example/b.jpg']],
    ],
  ] as const)('%s', async ([, names, table, expected]) => {
    expect(await readNames(names, table)).toEqual(expected);
  });

  it('from inside the archive just as well', async () => {
    const bytes = await zip({ 'p/a.jpg': picture, 'p/list.csv': 'sku,image\n1,a.jpg' });
    await readBundle([archive(bytes)], ({ table, rows, summary }) => {
      expect(table.columns).toEqual(['sku', 'image']);
      expect(rows.map(namesOf)).toEqual([['p/a.jpg']]);
      expect(summary.bundle).toMatchObject({ pictures: 1, manifest: 'p/list.csv' });
    });
  });

  it('and its other columns stay as they are', async () => {
    const files = await drop(['a.jpg'], 'sku,image\n6,a.jpg');
    await readBundle(files, ({ rows, table }) => {
      expect(rows[0]).toMatchObject({ index: 0, line: 2, cells: ['6', 'a.jpg'] });
      expect(table.imageColumns).toEqual([1]);
    });
  });
});

describe('what does not fit together', () => {
  it('fails the row whose picture is missing, with the nearest name', async () => {
    const files = await drop(['lamp.jpg', 'A.JPEG'], 'image\nlamp.jpg\nlanp.jpg\na.jpg\n');
    await readBundle(files, ({ rows, summary }) => {
      expect(rows.map(({ fault }) => fault?.params)).toEqual([
        undefined,
        { name: 'lanp.jpg', nearest: 'lamp.jpg' },
        { name: 'a.jpg', nearest: 'A.JPEG' },
      ]);
      expect(rows[1]?.fault?.code).toBe('E_ROW_IMAGE_NOT_IN_ZIP');
      expect(summary).toMatchObject({ rows: 3, faultyRows: 2, rowsWithoutImage: 0 });
      expect(summary.bundle).toMatchObject({ rowsMissing: 2 });
    });
  });

  it('fails the row whose name could mean two pictures, and the folder makes it plain', async () => {
    const names = ['red/1.jpg', 'blue/1.jpg'];
    const table = 'image\n1.jpg\nblue/1.jpg';
    expect(await readNames(names, table)).toEqual(['E_ROW_IMAGE_AMBIGUOUS', ['blue/1.jpg']]);
  });

  it('counts the pictures that no row names, with examples', async () => {
    const files = await drop(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'], 'image\nc.jpg');
    await readBundle(files, ({ summary }) => {
      const names = ['a.jpg', 'b.jpg', 'd.jpg'];
      expect(summary.bundle?.unused).toEqual({ count: 4, names });
    });
  });

  it('is refused where no row finds its picture', async () => {
    const files = await drop(['IMG_1.jpg'], 'sku,image\n1,mug.jpg\n2,lamp.jpg');
    expect(await refusalOf(files)).toEqual({
      code: 'E_ZIP_MANIFEST_NO_MATCH',
      params: { wanted: 'mug.jpg', found: 'IMG_1.jpg' },
    });
  });

  it('is refused where no column could name pictures, with the columns that there are', async () => {
    const files = await drop(['a.jpg'], 'sku,price\n1,2');
    expect(await refusalOf(files)).toEqual({
      code: 'E_ZIP_MANIFEST_NO_COLUMN',
      params: { name: 'table.csv', columns: 'sku, price' },
    });
  });

  it('is refused where two tables could be meant, one inside and one beside', async () => {
    const bytes = await zip({ 'a.jpg': picture, 'in.csv': 'image\na.jpg' });
    const beside = { name: 'out.csv', kind: 'table', bytes: 'image\na.jpg' } as const;
    expect(await refusalOf([archive(bytes), beside])).toMatchObject({
      code: 'E_ZIP_MANIFEST_AMBIGUOUS',
      params: { names: 'in.csv, out.csv' },
    });
  });
});

describe('the rows of a zip with a table alone', () => {
  it('are those of the table, with its links', async () => {
    const bytes = await zip({ 'list.csv': 'image_url\nhttps://shop.example/a.jpg' });
    await readBundle([archive(bytes)], ({ rows }) => {
      expect(rows.map(namesOf)).toEqual([['https://shop.example/a.jpg']]);
    });
  });
});

describe('an index of pictures', () => {
  it('finds each picture by its own name, whatever it is, where names are not doubled', () => {
    const stem = stringMatching(/^[\w éü灯()-]{1,12}$/u).filter((text) => text.trim() !== '');
    assert(
      property(array(stem, { maxLength: 8 }), (stems) => {
        const pictures = stems.map((one): BundledImage => ({ file: 0, name: `${one}.jpg` }));
        const index = createPictureIndex(pictures);
        const found = pictures.flatMap(({ name }) => index.find(name));
        const others = found.filter((one) => typeof one === 'string' || !('name' in one));
        const doubled = others.map((one) =>
          typeof one === 'object' && 'code' in one ? one.code : '',
        );
        expect(doubled).toEqual(others.map(() => 'E_ROW_IMAGE_AMBIGUOUS'));
        const names = new Set(pictures.map(({ name }) => name.trim().toLowerCase()));
        expect(others.length > 0).toBe(names.size < pictures.length);
      }),
    );
  });

  it('suggests the same for many missing names within a moment', () => {
    const pictures = [...Array(20_000).keys()].map((at) => ({ file: 0, name: `p/item-${at}.jpg` }));
    const index = createPictureIndex(pictures);
    const missing = [...Array(5000).keys()].map((at) => `itme-${at}.jpg`);
    const first = missing.flatMap((name) => index.find(name));
    expect(first).toHaveLength(5000);
    expect(missing.flatMap((name) => index.find(name))).toEqual(first);
  });
});
