import { describe, expect, it } from 'vitest';
import { sentenceOf } from '../../../src/errors.ts';
import { readPicture } from '../../../src/intake/bundle/read-picture.ts';
import {
  archive,
  rawZip,
  readBundle,
  refusalOf,
  zip,
  type RawEntry,
  type ReadBundle,
} from './archives.ts';

const picture = Buffer.from('not looked into before it is read');

const namesOf = (bytes: Buffer): Promise<readonly string[]> =>
  readBundle([archive(bytes)], ({ rows }) => rows.map(({ cells }) => cells.join()));

/** `count` small files with the same content. */
const many = (count: number): readonly RawEntry[] =>
  Array.from({ length: count }, (_, at) => ({ name: `${at}.png` }));

interface Refused {
  readonly what: string;
  readonly bytes: Buffer | string | Promise<Buffer>;
  readonly code: string;
  readonly params?: object;
}

const zeros = Buffer.alloc(12_000_000);

const refused: readonly Refused[] = [
  { what: 'no zip at all', bytes: '<html>sign in</html>', code: 'E_ZIP_INVALID' },
  {
    what: 'cut off',
    bytes: rawZip([{ name: 'a.png', content: picture }]).subarray(0, 70),
    code: 'E_ZIP_INVALID',
  },
  { what: 'empty', bytes: rawZip([]), code: 'E_ZIP_EMPTY' },
  {
    what: 'empty but for what macOS leaves',
    bytes: rawZip([{ name: '__MACOSX/._a.png' }, { name: '.DS_Store' }, { name: 'photos/' }]),
    code: 'E_ZIP_EMPTY',
  },
  {
    what: 'without pictures',
    bytes: zip({ 'a.txt': 'x', 'b.TXT': 'x', 'c/d.txt': 'x', 'e.pdf': 'x' }),
    code: 'E_ZIP_NO_IMAGES',
    params: { found: '.txt ×3, .pdf ×1' },
  },
  {
    what: 'of tables alone',
    bytes: zip({ 'a.csv': 'x', 'b.csv': 'x', 'c.txt': 'x' }),
    code: 'E_ZIP_NO_IMAGES',
    params: { found: '.csv ×2, .txt ×1' },
  },
  {
    what: 'leading to the folder above',
    bytes: rawZip([{ name: 'a.png' }, { name: '../../etc/passwd' }]),
    code: 'E_ZIP_UNSAFE_PATH',
    params: { entry: '../../etc/passwd' },
  },
  {
    what: 'leading to an absolute path',
    bytes: rawZip([{ name: '/etc/a.png' }]),
    code: 'E_ZIP_UNSAFE_PATH',
  },
  {
    what: 'leading to a drive',
    bytes: rawZip([{ name: 'C:/a.png' }]),
    code: 'E_ZIP_UNSAFE_PATH',
  },
  {
    what: 'leading out by backslashes',
    bytes: rawZip([{ name: '..\\..\\a.png' }]),
    code: 'E_ZIP_UNSAFE_PATH',
    params: { entry: '../../a.png' },
  },
  {
    what: 'holding a link',
    bytes: rawZip([{ name: 'a.png', content: '/etc/passwd', mode: 0o120777 }]),
    code: 'E_ZIP_SYMLINK',
    params: { entry: 'a.png' },
  },
  {
    what: 'protected by a password',
    bytes: rawZip([{ name: 'a.png', content: picture, flags: 1, compressedBytes: 45 }]),
    code: 'E_ZIP_ENCRYPTED',
  },
  {
    what: 'protected by strong encryption',
    bytes: rawZip([{ name: 'a.png', content: picture, flags: 0x41 }]),
    code: 'E_ZIP_ENCRYPTED',
  },
  {
    what: 'a bomb by its ratio',
    bytes: rawZip([{ name: 'a.png', content: zeros, method: 8 }]),
    code: 'E_ZIP_BOMB',
    params: { entry: 'a.png' },
  },
  {
    what: 'a bomb of entries that share their bytes',
    bytes: rawZip([
      { name: 'a.png', content: picture },
      { name: 'b.png', content: picture, offset: 0 },
    ]),
    code: 'E_ZIP_BOMB',
  },
  {
    what: 'promising bytes that it does not have',
    bytes: rawZip([{ name: 'a.png', content: picture, bytes: 5000, compressedBytes: 5000 }]),
    code: 'E_ZIP_INVALID',
  },
  {
    what: 'of too many entries',
    bytes: rawZip(many(20_001)),
    code: 'E_ZIP_TOO_MANY',
    params: { found: 20_001, limit: 20_000 },
  },
  {
    what: 'holding a name twice',
    bytes: rawZip([
      { name: 'a.png', content: picture },
      { name: 'a.png', content: 'another' },
    ]),
    code: 'E_ZIP_DUPLICATE',
    params: { entry: 'a.png' },
  },
  {
    what: 'holding two tables',
    bytes: zip({ 'a.png': picture, 'a.csv': 'image\na.png', 'b.csv': 'image\na.png' }),
    code: 'E_ZIP_MANIFEST_AMBIGUOUS',
    params: { names: 'a.csv, b.csv' },
  },
  {
    what: 'compressed in a way of its own',
    bytes: rawZip([{ name: 'a.png', content: picture, method: 9 }]),
    code: 'E_ZIP_METHOD',
    params: { entry: 'a.png', method: 9 },
  },
  {
    what: 'one of several parts',
    bytes: rawZip([{ name: 'a.png' }], { disk: 3 }),
    code: 'E_ZIP_SPLIT',
  },
];

describe('a zip is refused as a whole where it is', () => {
  it.for(refused)('$what', async ({ bytes, code, params = {} }) => {
    const fault = await refusalOf([archive(await bytes)]);
    expect(fault).toMatchObject({ code, params });
    expect(sentenceOf(fault, 'en')).not.toMatch(/undefined|\{\w+\}/u);
    expect(sentenceOf(fault, 'zh')).not.toMatch(/undefined|\{\w+\}/u);
  });

  it('larger than 2 GB in all its pictures, as declared', async () => {
    const entries = Array.from({ length: 240 }, (_, at) => ({
      name: `${at}.png`,
      content: Buffer.alloc(100_000),
      bytes: 9_500_000,
      method: 8,
    }));
    const fault = await refusalOf([archive(rawZip(entries))]);
    expect(fault).toMatchObject({ code: 'E_ZIP_TOO_LARGE', params: { limit: 2048 } });
  });
});

describe('a zip of pictures', () => {
  it('is a row a picture in the order of the archive, by filename', async () => {
    const contents = {
      'b.PNG': picture,
      'a.jpeg': picture,
      'c.webp': 'x',
      'd.gif': 'x',
      'e.avif': 'x',
    };
    await readBundle([archive(await zip(contents))], ({ table, rows, summary }) => {
      expect(table).toMatchObject({ columns: ['filename'], imageColumns: [], chinese: false });
      expect(rows.map(({ index, line, cells }) => [index, line, cells])).toEqual(
        Object.keys(contents).map((name, index) => [index, index + 2, [name]]),
      );
      expect(summary).toMatchObject({ rows: 5, images: 5, faultyRows: 0 });
      expect(summary.bundle).toMatchObject({ pictures: 5, unused: { count: 0 } });
    });
  });

  it('is read by random access, packed or not, also in the large format', async () => {
    const contents = { 'a.png': picture, 'b.png': Buffer.alloc(3000, 'abc') };
    const stored = rawZip(Object.entries(contents).map(([name, content]) => ({ name, content })));
    for (const bytes of [await zip(contents), await zip(contents, { zip64: true }), stored]) {
      const read = await readBundle([archive(bytes)], readPictures);
      expect(read).toEqual(Object.values(contents));
    }
  });

  it('is also one of pictures that a phone took, whose rows say what is wrong with them', async () => {
    const bytes = await zip({ 'a.HEIC': picture, 'b.heif': picture });
    await readBundle([archive(bytes)], ({ rows, summary: { bundle } }) => {
      expect(rows.map(({ cells }) => cells)).toEqual([['a.HEIC'], ['b.heif']]);
      expect(bundle?.skipped.count).toBe(0);
    });
  });

  it('is read without what systems leave in it, and says what else it leaves out', async () => {
    const bytes = await zip({
      'a.png': picture,
      '__MACOSX/._a.png': 'x',
      'sub/.DS_Store': 'x',
      'Thumbs.db': 'x',
      'readme.txt': 'x',
      'more.zip': 'x',
      'old.rar': 'x',
    });
    await readBundle([archive(bytes)], ({ rows, summary: { bundle } }) => {
      expect(rows).toHaveLength(1);
      expect(bundle?.skipped).toEqual({ count: 1, names: ['readme.txt'] });
      expect(bundle?.nested).toEqual({ count: 2, names: ['more.zip', 'old.rar'] });
    });
  });

  it('with others and loose pictures is one table in the order of the message', async () => {
    const one = archive(await zip({ 'a.png': picture }), 'one.zip');
    const two = archive(await zip({ 'a.png': picture }), 'two.zip');
    const loose = { name: 'b.jpg', kind: 'picture', bytes: picture } as const;
    await readBundle([two, loose, one], ({ rows }) => {
      expect(rows.map(({ images: [image] }) => image)).toMatchObject([
        { file: 0, name: 'a.png' },
        { file: 1, name: 'b.jpg' },
        { file: 2, name: 'a.png' },
      ]);
    });
  });
});

describe('names are understood that are', () => {
  const gbk = Buffer.from([0xc9, 0xcc, 0xc6, 0xb7, 0x2f, 0xb5, 0xc6, 0x2e, 0x6a, 0x70, 0x67]);

  it.for([
    ['UTF-8 and say so', { name: '商品/灯.jpg', flags: 0x800 }, '商品/灯.jpg'],
    ['UTF-8 without saying so', { name: '商品/灯.jpg' }, '商品/灯.jpg'],
    ['GBK', { name: gbk }, '商品/灯.jpg'],
    ['CP437', { name: Buffer.from('caf\u0082-gr\u0081n.jpg', 'latin1') }, 'café-grün.jpg'],
    ['CP437 that could be rare GBK', { name: Buffer.from('gr\u0081n.jpg', 'latin1') }, 'grün.jpg'],
    ['decomposed', { name: 'cafe\u0301.jpg', flags: 0x800 }, 'café.jpg'],
    ['written with backslashes', { name: 'mugs\\red.jpg' }, 'mugs/red.jpg'],
  ] as const)('%s', async ([, entry, expected]) => {
    expect(await namesOf(rawZip([{ ...entry, content: picture }]))).toEqual([expected]);
  });

  it('and make the answers Chinese where they are', async () => {
    const bytes = await zip({ '红色马克杯.jpg': picture, '台灯.jpg': picture });
    await readBundle([archive(bytes)], ({ table }) => expect(table.chinese).toBe(true));
  });
});

/** The first picture of each row. */
function readPictures({ rows, paths: [path = ''] }: ReadBundle): Promise<unknown[]> {
  const images = rows.flatMap((row) => row.images.slice(0, 1));
  const bundled = images.filter((image) => typeof image !== 'string');
  return Promise.all(bundled.map((image) => readPicture(path, image)));
}

async function readFirst(entries: readonly RawEntry[]): Promise<unknown> {
  const [first] = await readBundle([archive(rawZip(entries))], readPictures);
  return first;
}

describe('a single picture that is not what the archive says', () => {
  const content = Buffer.alloc(4000, 'picture ');

  it.for([
    ['has another checksum', { content, crc: 1 }],
    ['is longer than declared', { content, method: 8, bytes: 100 }],
    ['is shorter than declared', { content, method: 8, bytes: 5000 }],
    ['is no deflated data', { content, method: 8, compressedBytes: 9 }],
  ] as const)('fails alone where it %s', async ([, entry]) => {
    const fault = await readFirst([
      { name: 'a.png', ...entry },
      { name: 'b.png', content },
    ]);
    expect(fault).toEqual({ code: 'E_ZIP_CORRUPT', params: { name: 'a.png' } });
  });

  it('fails alone where it has more than 20 MB', async () => {
    const entries = [{ name: 'a.png', content: Buffer.alloc(20_000_001) }, { name: 'b.png' }];
    expect(await readFirst(entries)).toEqual({ code: 'E_IMAGE_TOO_LARGE', params: { limit: 20 } });
  });
});
