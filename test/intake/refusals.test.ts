import { truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { openTable } from '../../src/intake/open-table.ts';
import { refusalOf, withFile } from './read-table.ts';

const link = 'https://shop.example/a.jpg';
const repeat = (count: number, toLine: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => toLine(i)).join('\n');

const wide = (count: number): string =>
  `image_url,${Array.from({ length: count - 1 }, (_, i) => `c${i}`).join(',')}\n${link}\n`;
const magic = (bytes: string, rest = ''): Buffer =>
  Buffer.concat([Buffer.from(bytes, 'latin1'), Buffer.from(rest), Buffer.alloc(64)]);

const cases: readonly (readonly [string, string | Buffer, string, Record<string, unknown>])[] = [
  ['C1: a file of 0 bytes', '', 'E_CSV_EMPTY', {}],
  ['C1: a BOM and nothing else', '\uFEFF', 'E_CSV_EMPTY', {}],
  ['C1: blank lines only', '\n \n,,\n', 'E_CSV_EMPTY', {}],
  ['C1: a sep= line and nothing else', 'sep=;\r\n', 'E_CSV_EMPTY', {}],
  ['C2: a header only', 'image_url,title\n', 'E_CSV_NO_ROWS', {}],
  ['C2: a header and blank lines', 'image_url,title\n\n,\n', 'E_CSV_NO_ROWS', {}],
  [
    'C3: no image column',
    'sku,title\n1,Mug\n',
    'E_CSV_NO_IMAGE_COLUMN',
    { columns: 'sku, title', rename: 'image_url' },
  ],
  [
    'C3: an image column with a slip in its name',
    'sku,Iamge URL\n1,https://shop.example/p/17\n',
    'E_CSV_NO_IMAGE_COLUMN',
    { columns: 'sku, Iamge URL', rename: 'Iamge URL → image_url' },
  ],
  [
    'C3: links to pages, not pictures',
    'sku,page\n1,https://shop.example/p/17\n',
    'E_CSV_NO_IMAGE_COLUMN',
    { columns: 'sku, page', rename: 'page → image_url' },
  ],
  [
    'a first row of data in place of the header',
    `${link},Mug\n${link},Cup\n`,
    'E_CSV_NO_HEADER',
    {},
  ],
  [
    'C4: two columns of one name',
    `image_url,title,a,b, title \n${link},1,2,3,4\n`,
    'E_CSV_DUP_COLUMN',
    { name: 'title', first: 2, second: 5 },
  ],
  ['C5: a nameless column', `image_url,a,,b\n${link},1,2,3\n`, 'E_CSV_EMPTY_COLUMN', { column: 3 }],
  [
    'C5: a nameless column at the end that has content',
    `image_url,a,\n${link},1,2\n`,
    'E_CSV_EMPTY_COLUMN',
    { column: 3 },
  ],
  [
    'C8: more than 5 % of the rows with a wrong number of cells',
    `image_url,title\n${repeat(20, (i) => (i === 4 || i === 9 ? link : `${link},${i}`))}`,
    'E_CSV_RAGGED',
    { count: 2, rows: 20, line: 6 },
  ],
  [
    'C9: an unclosed quote',
    `image_url,t\n${link},a\n${link},"b\n${link},c\n`,
    'E_CSV_QUOTE',
    { line: 3 },
  ],
  [
    'C9: an unclosed quote that a later quote seems to close',
    `image_url,t\n${link},"a\nb"\n\n${link},"b\n${link},"c"\n`,
    'E_CSV_QUOTE',
    { line: 4 },
  ],
  [
    'C9: an unclosed quote far from the end of a large file',
    `image_url,t\n${link},"a\n${repeat(50_000, () => `${link},text`)}`,
    'E_CSV_QUOTE',
    { line: 2 },
  ],
  ['C9: an unclosed quote in the header', `image_url,"t\n${link},a\n`, 'E_CSV_QUOTE', { line: 1 }],
  ['C10: a stray quote', `image_url,t\n${link},5" pipe\n`, 'E_CSV_QUOTE', { line: 2 }],
  [
    'C10: text after a closing quote',
    `image_url,t\n${link},"5" pipe\n`,
    'E_CSV_QUOTE',
    { line: 2 },
  ],
  [
    'C11: a cell of 2 MB',
    `image_url,t\n${link},a\n${link},"${'x'.repeat(2_000_000)}"\n`,
    'E_CSV_RECORD_TOO_LARGE',
    { line: 3, limit: 1 },
  ],
  ['C12: 100,000 columns', wide(100_000), 'E_CSV_TOO_MANY_COLUMNS', { found: 100_000, limit: 200 }],
  ['C12: 201 columns', wide(201), 'E_CSV_TOO_MANY_COLUMNS', { found: 201, limit: 200 }],
  [
    'C16: UTF-16 with a BOM that ends within a character',
    Buffer.concat([Buffer.from(`\uFEFFimage_url\n${link}\n`, 'utf16le'), Buffer.from('x')]),
    'E_CSV_ENCODING',
    { offset: 76 },
  ],
  [
    'C16: UTF-16 with half a surrogate pair',
    Buffer.from(`\uFEFFimage_url\n\uD800x`, 'utf16le'),
    'E_CSV_ENCODING',
    { offset: 22 },
  ],
  [
    'C17: neither UTF-8 nor GB18030',
    Buffer.concat([Buffer.from(`image_url,标题\n`), Buffer.from([0x61, 0xff, 0xff])]),
    'E_CSV_ENCODING',
    { offset: 18 },
  ],
  [
    'C17: UTF-8 that ends within a character',
    Buffer.from('image_url,标题\n图').subarray(0, 19),
    'E_CSV_ENCODING',
    { offset: 17 },
  ],
  [
    'C17: Western European text, although it could pass for Chinese',
    Buffer.from('image_url,name\nx,Caféteria\nx,Señora\n', 'latin1'),
    'E_CSV_ENCODING',
    { offset: 20 },
  ],
  ['C18: NUL bytes', 'image_url,t\na,\0\0\n', 'E_CSV_BINARY', {}],
  [
    'C18: a NUL byte far into the file',
    `image_url,t\n${repeat(5000, () => `${link},text`)}\n\0`,
    'E_CSV_BINARY',
    {},
  ],
  [
    'C18: control characters',
    Buffer.from(Array.from({ length: 64 }, (_, i) => 1 + (i % 8))),
    'E_CSV_BINARY',
    {},
  ],
  [
    'C19: XLSX',
    magic('PK\x03\x04', '[Content_Types].xml xl/workbook.xml'),
    'E_FILE_TYPE',
    { kind: 'Excel (XLSX)' },
  ],
  [
    'C19: DOCX',
    magic('PK\x03\x04', '[Content_Types].xml word/document.xml'),
    'E_FILE_TYPE',
    { kind: 'Word (DOCX)' },
  ],
  [
    'C19: ODS',
    magic('PK\x03\x04', 'mimetypeapplication/vnd.oasis.opendocument.spreadsheet'),
    'E_FILE_TYPE',
    { kind: 'OpenDocument (ODS)' },
  ],
  ['C19: ZIP', magic('PK\x03\x04', 'a.jpg'), 'E_FILE_TYPE', { kind: 'ZIP' }],
  [
    'C19: XLS',
    magic('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
    'E_FILE_TYPE',
    { kind: 'Excel 97-2003 (XLS)' },
  ],
  ['C19: PDF', magic('%PDF-1.7\n'), 'E_FILE_TYPE', { kind: 'PDF' }],
  ['C19: JPEG', magic('\xff\xd8\xff\xe0'), 'E_FILE_TYPE', { kind: 'JPEG' }],
  ['C19: PNG', magic('\x89PNG\r\n\x1a\n'), 'E_FILE_TYPE', { kind: 'PNG' }],
  [
    'C19: an Excel table saved as a web page',
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel">',
    'E_FILE_TYPE',
    { kind: 'Excel (HTML/XML)' },
  ],
  ['C19: XML', '<?xml version="1.0"?><rss/>', 'E_FILE_TYPE', { kind: 'XML' }],
  ['C20: HTML', '\r\n<!DOCTYPE html><html><title>Slack</title>', 'E_SLACK_DOWNLOAD_AUTH', {}],
  ['C21: JSON', '\uFEFF[\n  {"image_url": "x"}]', 'E_FILE_TYPE', { kind: 'JSON' }],
  ['C21: JSONL', '{"image_url":"x"}\n{"image_url":"y"}\n', 'E_FILE_TYPE', { kind: 'JSON' }],
  [
    'C21: JSON in UTF-16',
    Buffer.from('\uFEFF{"image_url":"x"}', 'utf16le'),
    'E_FILE_TYPE',
    { kind: 'JSON' },
  ],
  [
    'C25: all image cells blank',
    'image_url,t\n,a\n" ",b\n',
    'E_CSV_NO_IMAGES',
    { columns: 'image_url' },
  ],
  [
    'C30: a column name above 128 characters',
    `image_url,${'字'.repeat(129)}\n${link},1\n`,
    'E_CSV_HEADER_TOO_LONG',
    { column: 2, found: 129, limit: 128 },
  ],
];

describe('a file that cannot be used', () => {
  it.each(
    cases.map(([what, content, code, params]) => ({ what, content, fault: { code, params } })),
  )('refuses $what before any row is given out', async ({ content, fault }) => {
    expect(await refusalOf(content)).toEqual({ ...fault, early: true });
  });

  it('C13: says how many rows there are when they are more than the limit', async () => {
    const rows = repeat(301, () => link);
    expect(await refusalOf(`image_url\n${rows}`, { maxRows: 300 })).toMatchObject({
      code: 'E_CSV_TOO_MANY_ROWS',
      params: { found: 301, limit: 300 },
    });
    expect(await refusalOf(`image_url\n${rows}`, { maxRows: 10 })).toMatchObject({
      params: { found: 301, limit: 10 },
    });
  });

  it('C8: gives up as soon as no number of good rows could follow', async () => {
    const rows = `${repeat(30, () => `${link},a`)}\n${repeat(400, () => link)}`;
    expect(await refusalOf(`image_url,t\n${rows}`, { maxRows: 1000 })).toMatchObject({
      code: 'E_CSV_RAGGED',
      params: { count: 51, rows: 81, line: 32 },
    });
  });

  it('C28: refuses more than 200 MB without reading it', async () => {
    await withFile('', async (path) => {
      await truncate(path, 200 * 1024 * 1024 + 1);
      const opening = openTable(path, { name: 'a.csv', maxRows: 10, maxImagesPerRow: 1 });
      await expect(opening).rejects.toMatchObject({
        fault: { code: 'E_FILE_TOO_LARGE', params: { size: 201, limit: 200 } },
      });
    });
  });

  it('finds damage behind the first rows while it reads on', async () => {
    const good = repeat(300, () => `${link},a`);
    expect(await refusalOf(`image_url,t\n${good}\n${link},"b\n`)).toEqual({
      code: 'E_CSV_QUOTE',
      params: { line: 302 },
      early: false,
    });
    const blank = repeat(300, () => ',a');
    expect(await refusalOf(`image_url,t\n${blank}`)).toMatchObject({ code: 'E_CSV_NO_IMAGES' });
  });

  it('stops with the reason of the signal, in opening and in reading', async () => {
    await withFile(`image_url\n${repeat(20_000, () => link)}`, async (path) => {
      const options = { name: 'a.csv', maxRows: 100_000, maxImagesPerRow: 1 };
      const reason = new Error('cancelled');
      const signal = AbortSignal.abort(reason);
      await expect(openTable(path, { ...options, signal })).rejects.toBe(reason);

      const controller = new AbortController();
      const reader = await openTable(path, { ...options, signal: controller.signal });
      const read = async (): Promise<void> => {
        for await (const _ of reader.chunks()) controller.abort(reason);
      };
      await expect(read()).rejects.toBe(reason);
    });
  });

  it('is refused with a UserError, the error that people are shown', async () => {
    await withFile('a,b\n1,2\n', async (path) => {
      const opening = openTable(path, { name: 'a.csv', maxRows: 10, maxImagesPerRow: 1 });
      await expect(opening).rejects.toBeInstanceOf(UserError);
    });
  });
});
