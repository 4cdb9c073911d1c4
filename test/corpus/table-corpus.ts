// The tables of the corpus, C1 to C30, and C31: what cannot be read as any file.

import { truncate } from 'node:fs/promises';
import { parseInstructions } from '../../src/batch/instructions.ts';
import { resolveRecipe } from '../../src/batch/recipe-resolve.ts';
import { openTable } from '../../src/intake/open-table.ts';
import { toSafeInputCell } from '../../src/results/safe-cell.ts';
import { readTable, refusalOf, withFile, type ReadTable } from '../intake/read-table.ts';
import { breakReading } from './break-reading.ts';
import { download, readInfoOf } from './downloads.ts';
import { toEntries, type Entry, type Line, type Outcome } from './entry.ts';

const link = 'https://shop.example/a.jpg';
const head = 'image_url,title\n';
const chinese = `image_url,标题\r\n${link},蓝色陶瓷杯\r\n`;

const refused = (content: string | Buffer, maxRows?: number) => (): Promise<Outcome> =>
  refusalOf(content, maxRows === undefined ? {} : { maxRows });

/** What is seen of a table that is taken. */
const read =
  (content: string | Buffer, show: (read: ReadTable) => unknown) => async (): Promise<Outcome> =>
    String(show(await readTable(content)));

const faultOfRow = (content: string, row: number) => async (): Promise<Outcome> =>
  (await readTable(content)).rows[row]?.fault ?? 'accepted';

const warningsOf = ({ summary }: ReadTable): string =>
  summary.warnings.map(({ kind }) => kind).join();
const cellsOf = ({ rows }: ReadTable): string => rows.map(({ cells }) => cells.join('|')).join('/');
const imagesOf = ({ rows }: ReadTable): string =>
  rows
    .flatMap(({ images }) => images)
    .filter((image) => typeof image === 'string')
    .join(' ');

const good = (count: number): string => `${link},a\n`.repeat(count);
const columns = (count: number): string =>
  `image_url,${Array.from({ length: count - 1 }, (_, at) => `c${at}`).join()}\n${link}\n`;
const starts = (bytes: string): Buffer =>
  Buffer.concat([Buffer.from(bytes, 'latin1'), Buffer.alloc(64)]);
/** A table whose second column has that name. */
const shiftJis = (hex: string): Buffer =>
  Buffer.concat([Buffer.from('image_url,'), Buffer.from(hex, 'hex'), Buffer.from(`\n${link},1\n`)]);
const gbk = Buffer.concat([
  Buffer.from('image_url,'),
  // 标题 and 蓝色杯.
  Buffer.from([0xb1, 0xea, 0xcc, 0xe2, 0x0a]),
  Buffer.from(`${link},`),
  Buffer.from([0xc0, 0xb6, 0xc9, 0xab, 0xb1, 0xad, 0x0a]),
]);

const files: readonly Line[] = [
  ['C1', '0 bytes', 'E_CSV_EMPTY', refused('')],
  ['C2', 'a header only', 'E_CSV_NO_ROWS', refused(head)],
  ['C3', 'no column of pictures', 'E_CSV_NO_IMAGE_COLUMN', refused('sku,title\n1,Mug\n')],
  [
    'C3',
    'a slip in its name, with links to pages',
    'E_CSV_NO_IMAGE_COLUMN',
    refused('sku,Iamge URL\n1,https://shop.example/p/17\n'),
  ],
  ['C4', 'two headers alike', 'E_CSV_DUP_COLUMN', refused(`${head.trim()},title\n${link},1,2\n`)],
  ['C5', 'a header without a name', 'E_CSV_EMPTY_COLUMN', refused(`image_url,,b\n${link},1,2\n`)],
  ['C8', 'many ragged rows', 'E_CSV_RAGGED', refused(`${head}${good(18)}${link}\n${link}\n`)],
  ['C9', 'an unclosed quote', 'E_CSV_QUOTE', refused(`${head}${good(3)}${link},"b\n${good(3)}`)],
  ['C10', 'a stray quote', 'E_CSV_QUOTE', refused(`${head}${link},5" pipe\n`)],
  [
    'C11',
    'one cell of 2 MB',
    'E_CSV_RECORD_TOO_LARGE',
    refused(`${head}${link},${'x'.repeat(2_000_000)}\n`),
  ],
  ['C12', '100,000 columns', 'E_CSV_TOO_MANY_COLUMNS', refused(columns(100_000))],
  ['C13', 'more rows than allowed', 'E_CSV_TOO_MANY_ROWS', refused(`${head}${good(301)}`, 300)],
  [
    'C16',
    'UTF-16 that breaks off within a character',
    'E_CSV_ENCODING',
    refused(Buffer.concat([Buffer.from(`\uFEFF${chinese}`, 'utf16le'), Buffer.from('x')])),
  ],
  [
    'C17',
    'neither UTF-8 nor GB18030',
    'E_CSV_ENCODING',
    refused(Buffer.concat([Buffer.from('image_url,标题\n'), Buffer.from([0x61, 0xff, 0xff])])),
  ],
  ['C17', 'hiragana in Shift_JIS', 'E_CSV_ENCODING', refused(shiftJis('82ab82ea82a282c8'))],
  ['C17', 'katakana in Shift_JIS', 'E_CSV_ENCODING', refused(shiftJis('837d834f834a83628376'))],
  ['C18', 'NUL bytes', 'E_CSV_BINARY', refused(`${head}${link},\0\0\n`)],
  ['C19', 'XLSX', 'E_FILE_TYPE', refused(starts('PK\u0003\u0004[Content_Types].xml xl/workbook'))],
  ['C19', 'ODS', 'E_FILE_TYPE', refused(starts('PK\u0003\u0004mimetypeapplication/vnd.oasis'))],
  ['C19', 'PDF', 'E_FILE_TYPE', refused(starts('%PDF-1.7\n'))],
  ['C19', 'JPEG', 'E_FILE_TYPE', refused(starts('\xff\xd8\xff\xe0'))],
  ['C20', 'a page of Slack', 'E_SLACK_DOWNLOAD_AUTH', refused('<!DOCTYPE html><title>Slack')],
  [
    'C20',
    'a page in place of the download',
    'E_SLACK_DOWNLOAD_AUTH',
    () => download({ page: true }),
  ],
  ['C21', 'JSON', 'E_FILE_TYPE', refused('[{"image_url": "x"}]')],
  ['C21', 'JSONL', 'E_FILE_TYPE', refused('{"image_url":"x"}\n{"image_url":"y"}\n')],
  ['C25', 'no row with a picture', 'E_CSV_NO_IMAGES', refused(`${head},a\n" ",b\n`)],
  ['C28', '5 GB by what Slack says', 'E_FILE_TOO_LARGE', () => download({ maxBytes: 10 })],
  ['C28', 'more than 200 MB at hand', 'E_FILE_TOO_LARGE', openHuge],
  ['C29', 'a download that ends early', 'E_DOWNLOAD_INCOMPLETE', () => download({ cuts: 3 })],
  ['C31', 'no table, archive or picture', 'E_FILE_NOT_TABLE', () => readInfoOf({ name: 'a.docx' })],
  ['C31', 'deleted meanwhile', 'E_FILE_GONE', () => readInfoOf({ mode: 'tombstone' })],
  ['C31', 'stored elsewhere', 'E_FILE_EXTERNAL', () => readInfoOf({ is_external: true })],
  ['C31', 'what breaks Darkroom itself', 'E_READ_FAILED', breakReading],
  [
    'C30',
    'a header of 500 characters',
    'E_CSV_HEADER_TOO_LONG',
    refused(`image_url,${'x'.repeat(500)}\n${link},1\n`),
  ],
];

const rows: readonly Line[] = [
  ['C8', 'a short row', 'E_ROW_COLUMNS', faultOfRow(`${head}${good(20)}${link}\n`, 20)],
  ['C8', 'a long row', 'E_ROW_COLUMNS', faultOfRow(`${head}${good(20)}${link},1,2\n`, 20)],
  ['C25', 'a row without a picture', 'E_ROW_NO_IMAGE', faultOfRow(`${head},a\n${good(1)}`, 0)],
];

const taken: readonly Line[] = [
  ...(['\t', ';', '|'] as const).map((sign): Line => [
    'C6',
    `${JSON.stringify(sign)} between cells`,
    sign,
    read(`image_url${sign}a\n${link}${sign}1\n`, ({ table }) => table.delimiter),
  ]),
  [
    'C7',
    'sep=; in the first line',
    `${link}|1,2`,
    read(`sep=;\r\nimage_url;a,b\r\n${link};1,2\r\n`, cellsOf),
  ],
  [
    'C5',
    'nameless columns at the end',
    'empty-columns-dropped',
    read(`image_url,a,,\n${link},1,,\n`, warningsOf),
  ],
  [
    'C14',
    'mixed line ends',
    '2,3,4',
    read(`image_url\r\n${link}\n${link}\r${link}`, ({ rows: all }) => all.map(({ line }) => line)),
  ],
  [
    'C15',
    'a UTF-8 BOM',
    'image_url,title',
    read(`\uFEFF${head}${good(1)}`, ({ table }) => table.columns),
  ],
  ['C16', 'UTF-16LE with a BOM', 'encoding', read(utf16(`\uFEFF${chinese}`), warningsOf)],
  ['C16', 'UTF-16LE without', 'encoding', read(utf16(chinese), warningsOf)],
  ['C16', 'UTF-16BE with a BOM', 'encoding', read(utf16(`\uFEFF${chinese}`).swap16(), warningsOf)],
  ['C16', 'UTF-16BE without', 'encoding', read(utf16(chinese).swap16(), warningsOf)],
  ['C17', 'GBK', `${link}|蓝色杯`, read(gbk, cellsOf)],
  [
    'C22',
    '__proto__ and constructor as headers',
    `${link}|a|b`,
    read(`image_url,__proto__,constructor\n${link},a,b\n`, cellsOf),
  ],
  [
    'C23',
    'headers that the results use too',
    'title_2,status_2',
    read(`image_url,title,status\n${link},a,b\n`, ({ table }) =>
      resolveRecipe(parseInstructions('columns: title, status'), table).outputs.map(
        ({ header }) => header,
      ),
    ),
  ],
  [
    'C27',
    'formulas, given back as text',
    `${link}|'=1+1|'@SUM(A1)|-5`,
    read(`image_url,a,b,c\n${link},=1+1,@SUM(A1),-5\n`, ({ rows: [row] }) =>
      row?.cells.map(toSafeInputCell).join('|'),
    ),
  ],
  [
    'C24',
    '10,000 links alike',
    '9999',
    read(`${head}${good(10_000)}`, ({ summary }) => summary.repeatedImages),
  ],
  [
    'C26',
    'white space, quotation marks and angle brackets around links',
    Array(4).fill(link).join(' '),
    read(`${head}  ${link} ,a\n"""${link}""",a\n<${link}>,a\n<${link}|a.jpg>,a\n`, imagesOf),
  ],
  [
    'C30',
    'headers with a line break, emoji and 128 characters',
    '3',
    read(
      `image_url,"two\nlines",${'🙂'.repeat(128)}\n${link},a,b\n`,
      ({ table }) => table.columns.length,
    ),
  ],
];

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le');
}

function openHuge(): Promise<Outcome> {
  return withFile('', async (path) => {
    await truncate(path, 200 * 1024 * 1024 + 1);
    await openTable(path, { name: 'a.csv', maxRows: 10, maxImagesPerRow: 1 });
    return 'accepted';
  });
}

export const tableCorpus: readonly Entry[] = [
  ...toEntries('file', files),
  ...toEntries('row', rows),
  ...toEntries('nowhere', taken),
];
