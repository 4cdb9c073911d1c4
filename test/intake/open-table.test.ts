import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTable } from './read-table.ts';

const link = 'https://shop.example/a.jpg';
const columnsFault = (found: number, expected: number): object => ({
  code: 'E_ROW_COLUMNS',
  params: { found, expected },
});

async function isChinese(text: string): Promise<boolean> {
  return (await readTable(text)).table.chinese;
}

const toLink = (name: string): string => `https://shop.example/${name}.jpg`;
const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

describe('what is understood of a table', () => {
  it.each([
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
    ['pipe', '|'],
  ])('C6: finds the separator %s', async (_, delimiter) => {
    const text = ['sku;title', 'image_url', 'x'].map((name) => `"${name}"`).join(delimiter);
    const { table, rows } = await readTable(`${text}\n1${delimiter}${link}${delimiter}2\n`);
    expect(table.delimiter).toBe(delimiter);
    expect(table.columns).toEqual(['sku;title', 'image_url', 'x']);
    expect(rows[0]?.cells).toEqual(['1', link, '2']);
  });

  it('C7: honours a sep= line and does not count it, as Excel hides it', async () => {
    const { table, rows } = await readTable(`sep=;\r\nimage_url;a,b,c\r\n${link};1,2\r\n`);
    expect(table).toMatchObject({ delimiter: ';', columns: ['image_url', 'a,b,c'] });
    expect(rows).toMatchObject([{ line: 2, cells: [link, '1,2'] }]);
  });

  it('C7: honours a sep= line in UTF-16', async () => {
    const text = Buffer.from(`\uFEFFsep=|\r\nimage_url|b\r\n${link}|图\r\n`, 'utf16le');
    const { rows } = await readTable(text);
    expect(rows).toMatchObject([{ line: 2, cells: [link, '图'] }]);
  });

  it('prefers the tab in a file named .tsv', async () => {
    const text = `image_url\tsize (a,b,c)\n${link}\t1\n`;
    expect((await readTable(text, { name: 'p.tsv' })).table.delimiter).toBe('\t');
    expect((await readTable(`a,image_url\n1,${link}\n`, { name: 'p.tsv' })).table.delimiter).toBe(
      ',',
    );
  });

  it('C14: accepts mixed line ends', async () => {
    const { rows } = await readTable(`image_url\r\n${link}\n${link}\r${link}`);
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 4]);
  });

  it('C15: leaves a UTF-8 BOM out of the first name', async () => {
    const { table } = await readTable(`\uFEFF"image_url",title\n${link},x\n`);
    expect(table).toMatchObject({ columns: ['image_url', 'title'], encoding: 'utf-8' });
  });

  it('C22: takes __proto__ and constructor for ordinary names', async () => {
    const { table, rows } = await readTable(`__proto__,constructor,image_url\na,b,${link}\n`);
    expect(table.columns).toEqual(['__proto__', 'constructor', 'image_url']);
    expect(rows[0]?.cells).toEqual(['a', 'b', link]);
  });

  it('C23, C27: keeps names and cells as they are, formulas and output names too', async () => {
    const { table, rows } = await readTable(`status,caption,image_url\n=1+1,-5,${link}\n`);
    expect(table.columns).toEqual(['status', 'caption', 'image_url']);
    expect(rows[0]?.cells).toEqual(['=1+1', '-5', link]);
  });

  it('C30: accepts names with line breaks, emoji and 128 characters', async () => {
    const long = '🙂'.repeat(128);
    const { table, rows } = await readTable(`image_url,"two\nlines",${long}\n${link},a,b\n`);
    expect(table.columns).toEqual(['image_url', 'two\nlines', long]);
    expect(rows[0]?.line).toBe(2);
  });

  it('C5: drops nameless, empty columns at the right end and says so', async () => {
    const { table, rows, summary } = await readTable(`image_url,a,, \n${link},1,,\n${link},2,\n`);
    expect(table.columns).toEqual(['image_url', 'a']);
    expect(rows.map(({ cells }) => cells)).toEqual([
      [link, '1'],
      [link, '2'],
    ]);
    expect(summary.warnings).toEqual([{ kind: 'empty-columns-dropped', count: 2 }]);
  });

  it.each(['prompt', 'Prompt', '要求', '提示词'])('finds the prompt column %s', async (name) => {
    const { table, rows } = await readTable(`image_url,${name}\n${link}, be brief \n${link}, \n`);
    expect(table.promptColumn).toBe(1);
    expect(rows[0]?.prompt).toBe('be brief');
    expect(rows[1]).not.toHaveProperty('prompt');
  });

  it('knows a Chinese table by its names or its cells', async () => {
    expect(await isChinese(`主图,标题,材质\n${link},Mug,steel\n`)).toBe(true);
    expect(await isChinese(`image_url,title,material\n${link},蓝色陶瓷杯,陶瓷\n`)).toBe(true);
    expect(await isChinese(`image_url,title,price\n${link},Blue mug,5\n`)).toBe(false);
    expect(await isChinese(`image_url,title\n${link},マグカップの青\n`)).toBe(false);
    expect(await isChinese(`image_url\n${link}\n`)).toBe(false);
  });
});

describe('encodings', () => {
  const text = `image_url,标题\r\n${link},蓝色陶瓷杯，适合办公室\r\n`;
  const swapped = Buffer.from(text, 'utf16le').swap16();
  const gbk = Buffer.concat([
    Buffer.from('image_url,'),
    // 标题, then 蓝色杯 in GBK.
    Buffer.from([0xb1, 0xea, 0xcc, 0xe2, 0x0d, 0x0a]),
    Buffer.from(`${link},`),
    Buffer.from([0xc0, 0xb6, 0xc9, 0xab, 0xb1, 0xad, 0x0d, 0x0a]),
  ]);

  it.each([
    ['UTF-16LE with a BOM', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'utf-16le'],
    ['UTF-16LE without a BOM', Buffer.from(text, 'utf16le'), 'utf-16le'],
    ['UTF-16BE with a BOM', Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]), 'utf-16be'],
    ['UTF-16BE without a BOM', swapped, 'utf-16be'],
  ])('C16: reads %s', async (_, bytes, encoding) => {
    const { table, rows, summary } = await readTable(bytes);
    expect(table).toMatchObject({ encoding, columns: ['image_url', '标题'], chinese: true });
    expect(rows[0]?.cells[1]).toBe('蓝色陶瓷杯，适合办公室');
    expect(summary.warnings).toEqual([{ kind: 'encoding', encoding }]);
  });

  it('C17: reads GBK and says so', async () => {
    const { table, rows, summary } = await readTable(gbk);
    expect(table).toMatchObject({ encoding: 'gb18030', columns: ['image_url', '标题'] });
    expect(rows[0]?.cells).toEqual([link, '蓝色杯']);
    expect(summary.warnings).toEqual([{ kind: 'encoding', encoding: 'gb18030' }]);
  });

  it('C17: reads GBK whose first Chinese character comes late', async () => {
    const ascii = Buffer.from(`image_url,t\n${`${link},x\n`.repeat(5000)}`);
    const { table, rows } = await readTable(
      Buffer.concat([ascii, Buffer.from(`${link},`), Buffer.from([0xb1, 0xea, 0x0a])]),
    );
    expect(table.encoding).toBe('gb18030');
    expect(rows.at(-1)?.cells).toEqual([link, '标']);
  });

  it('keeps characters whole that lie across the pieces in which the file is read', async () => {
    for (const padding of ['', 'a', 'aa']) {
      const long = `${padding}${'图片😀'.repeat(30_000)}`;
      for (const bytes of [
        Buffer.from(`image_url,t\n${link},${long}\n`),
        Buffer.from(`\uFEFFimage_url,t\n${link},${long}\n`, 'utf16le'),
      ]) {
        const { rows } = await readTable(bytes);
        expect(rows[0]?.cells[1]).toBe(long);
      }
    }
  });

  it('accepts the replacement character where it really stands in the file', async () => {
    const { rows } = await readTable(`image_url,t\n${link},\uFFFD\n`);
    expect(rows[0]?.cells[1]).toBe('\uFFFD');
  });
});

describe('rows', () => {
  it('are numbered as a spreadsheet numbers them', async () => {
    const { rows } = await readTable(
      `\nimage_url,t\n${link},1\n\n${link},"two\r\nlines\n"\n,\n" ", \n${link},3`,
    );
    expect(rows.map(({ index, line }) => [index, line])).toEqual([
      [0, 3],
      [1, 5],
      [2, 8],
    ]);
  });

  it('come in chunks of 50', async () => {
    const { chunks } = await readTable(`image_url\n${`${link}\n`.repeat(101)}`);
    expect(chunks.map((chunk) => chunk.length)).toEqual([50, 50, 1]);
  });

  it('may be so long that only a few of them show what the columns are', async () => {
    const { rows } = await readTable(
      `image_url,t\n${`${link},${'x'.repeat(900_000)}\n`.repeat(5)}`,
    );
    expect(rows.map(({ cells }) => cells[1]?.length)).toEqual(Array(5).fill(900_000));
  });

  it('C8: with too few or too many cells fail by themselves, and nothing of them is lost', async () => {
    const { rows, summary } = await readTable(
      `image_url,a,b\n${link},1\n${link},1,2,3,4\n${link},1,2,,\n${link},1,2\n`,
    );
    expect(rows.map(({ cells, fault }) => ({ cells, fault }))).toEqual([
      { cells: [link, '1', ''], fault: columnsFault(2, 3) },
      { cells: [link, '1', '2,3,4'], fault: columnsFault(5, 3) },
      { cells: [link, '1', '2'], fault: undefined },
      { cells: [link, '1', '2'], fault: undefined },
    ]);
    expect(rows[0]?.images).toEqual([]);
    expect(summary).toMatchObject({ rows: 4, faultyRows: 2, rowsWithoutImage: 0, images: 2 });
  });

  it('C8: with a wrong number of cells are tolerated up to 5 %', async () => {
    const { summary } = await readTable(`image_url,a\n${`${link},1\n`.repeat(19)}${link}\n`);
    expect(summary).toMatchObject({ rows: 20, faultyRows: 1 });
  });

  it('C25: without a picture fail by themselves', async () => {
    const { rows, summary } = await readTable(`t,Image Src\na,\nb,${link}\nc,"  "\n`);
    expect(rows.map(({ fault }) => fault?.code)).toEqual([
      'E_ROW_NO_IMAGE',
      undefined,
      'E_ROW_NO_IMAGE',
    ]);
    expect(rows[0]?.fault?.params).toEqual({ column: 'Image Src' });
    expect(summary).toMatchObject({ rows: 3, faultyRows: 2, rowsWithoutImage: 2 });
  });

  it('C24: with pictures that came before are counted, however many rows there are', async () => {
    const distinct = Array.from({ length: 3000 }, (_, i) => `https://shop.example/${i}.jpg`);
    const { summary } = await readTable(`image_url\n${[...distinct, ...distinct].join('\n')}\n`);
    expect(summary).toMatchObject({ rows: 6000, repeatedImages: 3000 });
  });

  it('take their pictures from all image columns, each once, up to the limit', async () => {
    const { rows, summary } = await readTable(
      `Image Src,title,Variant Image\n"${toLink('a')}, ${toLink('b')}",x,${toLink('a')}\n` +
        `${toLink('c')},x,"${toLink('d')};${toLink('e')}"\n,x,mug.jpg\n`,
      { maxImagesPerRow: 2 },
    );
    expect(rows.map(({ images }) => images)).toEqual([
      [toLink('a'), toLink('b')],
      [toLink('c'), toLink('d')],
      ['mug.jpg'],
    ]);
    expect(summary.images).toBe(5);
    expect(summary.warnings).toEqual([{ kind: 'images-cut', rows: 1, limit: 2, line: 3 }]);
  });

  it('whose long digits a spreadsheet has shortened are pointed out, once for each column', async () => {
    const { summary } = await readTable(
      `image_url,ean,size,sku\n${link},6901234567890,1E5,6.9E+3\n${link},6.90E+12,4e2,A\n` +
        `${link},6.91E+12,,1.00E+11\n`,
    );
    expect(summary.warnings).toEqual([
      { kind: 'scientific-digits', column: 'ean', line: 3, value: '6.90E+12' },
      { kind: 'scientific-digits', column: 'sku', line: 4, value: '1.00E+11' },
    ]);
  });

  it('are the same whenever the file is read again', async () => {
    const text = `image_url,a\n${`${link},1\n,2\n`.repeat(120)}`;
    expect(await readTable(text)).toEqual(await readTable(text));
  });

  it('survive quoting, whatever their cells hold', async () => {
    const cell = fc
      .string({ unit: 'binary', maxLength: 12 })
      .map((text) => text.replaceAll('\0', ''));
    const hostile = fc.constantFrom('"', ',', '\n', '\r\n', '""', ';', '\t', 'a"b', ' x ', '图');
    const row = fc.array(fc.oneof(cell, hostile), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          cells: fc.array(row, { minLength: 1, maxLength: 60 }),
          delimiter: fc.constantFrom(',', ';', '\t', '|'),
          lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
        }),
        async ({ cells, delimiter, lineEnd }) => {
          const lines = [['image_url', 'a', 'b', 'c'], ...cells.map((one) => [link, ...one])];
          const text = lines.map((line) => line.map(quote).join(delimiter)).join(lineEnd);
          const { rows } = await readTable(text.toWellFormed());
          expect(rows.map((read) => read.cells.slice(1))).toEqual(
            cells.map((line) => line.map((one) => one.toWellFormed())),
          );
          expect(rows.map(({ line }) => line)).toEqual(cells.map((_, i) => i + 2));
        },
      ),
      { numRuns: 60 },
    );
  });
});
