// The archives of the corpus: Z1 to Z23.

import { readPicture } from '../../src/intake/bundle/read-picture.ts';
import {
  archive,
  rawZip,
  readBundle,
  refusalOf,
  zip,
  type DroppedBytes,
  type RawEntry,
  type ReadBundle,
} from '../intake/bundle/archives.ts';
import { readInfoOf } from './downloads.ts';
import { toEntries, type Entry, type Line, type Outcome } from './entry.ts';

const picture = Buffer.from('looked into when its row is worked on');
const png: RawEntry = { name: 'a.png', content: picture };

const refused = (bytes: Buffer | string | Promise<Buffer>) => async (): Promise<Outcome> =>
  refusalOf([archive(await bytes)]);
const raw = (...entries: RawEntry[]): (() => Promise<Outcome>) => refused(rawZip(entries));

const read =
  (bytes: Buffer | Promise<Buffer>, show: (read: ReadBundle) => unknown) =>
  async (): Promise<Outcome> =>
    readBundle([archive(await bytes)], (bundle) => String(show(bundle)));
const namesOf = ({ rows }: ReadBundle): string => rows.map(({ cells }) => cells.join()).join();

/** What becomes of the first picture when its row is worked on. */
const firstOf =
  (...entries: RawEntry[]) =>
  async (): Promise<Outcome> =>
    readBundle([archive(rawZip(entries))], async ({ rows, paths: [path = ''] }) => {
      const image = rows[0]?.images[0];
      if (image === undefined || typeof image === 'string') return 'no picture';
      const content = await readPicture(path, image);
      return 'code' in content ? content : 'accepted';
    });

const many = (count: number): RawEntry[] =>
  Array.from({ length: count }, (_, at) => ({ name: `${at}.png` }));
const gbkName = Buffer.from([0xc9, 0xcc, 0xc6, 0xb7, 0x2e, 0x6a, 0x70, 0x67]);
const huge: readonly RawEntry[] = Array.from({ length: 240 }, (_, at) => ({
  name: `${at}.png`,
  content: Buffer.alloc(100_000),
  bytes: 9_500_000,
  method: 8,
}));

/** A table beside an archive of `A.JPG` and `b.jpg`. */
async function named(table: string): Promise<readonly DroppedBytes[]> {
  const bytes = await zip({ 'A.JPG': picture, 'b.jpg': picture });
  return [archive(bytes), { name: 'table.csv', kind: 'table', bytes: table }];
}

const files: readonly Line[] = [
  ['Z1', 'no zip at all', 'E_ZIP_INVALID', refused('<html>sign in</html>')],
  ['Z2', 'a zip cut off', 'E_ZIP_INVALID', refused(rawZip([png]).subarray(0, 70))],
  ['Z3', 'an empty archive', 'E_ZIP_EMPTY', raw()],
  ['Z4', 'no pictures', 'E_ZIP_NO_IMAGES', refused(zip({ 'a.txt': 'x', 'b.txt': 'x' }))],
  ['Z5', '../', 'E_ZIP_UNSAFE_PATH', raw(png, { name: '../../etc/passwd' })],
  ['Z6', 'an absolute path', 'E_ZIP_UNSAFE_PATH', raw({ name: '/etc/a.png' })],
  ['Z6', 'a drive', 'E_ZIP_UNSAFE_PATH', raw({ name: 'C:/a.png' })],
  ['Z7', 'backslashes that lead out', 'E_ZIP_UNSAFE_PATH', raw({ name: '..\\..\\a.png' })],
  ['Z8', 'a symbolic link', 'E_ZIP_SYMLINK', raw({ ...png, mode: 0o120777 })],
  [
    'Z9',
    'a password',
    'E_ZIP_ENCRYPTED',
    raw({ ...png, flags: 1, compressedBytes: picture.length + 12 }),
  ],
  [
    'Z10',
    'a bomb by its ratio',
    'E_ZIP_BOMB',
    raw({ name: 'a.png', content: Buffer.alloc(12_000_000), method: 8 }),
  ],
  ['Z10', 'more than 2 GB in all', 'E_ZIP_TOO_LARGE', raw(...huge)],
  ['Z11', 'overlapping entries', 'E_ZIP_BOMB', raw(png, { ...png, name: 'b.png', offset: 0 })],
  [
    'Z12',
    'sizes beyond the end of the file',
    'E_ZIP_INVALID',
    raw({ ...png, bytes: 5000, compressedBytes: 5000 }),
  ],
  ['Z13', '20,001 entries', 'E_ZIP_TOO_MANY', raw(...many(20_001))],
  ['Z15', 'a name twice', 'E_ZIP_DUPLICATE', raw(png, png)],
  [
    'Z17',
    'two tables',
    'E_ZIP_MANIFEST_AMBIGUOUS',
    refused(zip({ 'a.png': picture, 'a.csv': 'image\na.png', 'b.csv': 'image\na.png' })),
  ],
  ['Z17', 'a table that names nothing', 'E_ZIP_MANIFEST_NO_COLUMN', tableOf('x,y\n1,2\n')],
  ['Z16', 'a table whose names are all wrong', 'E_ZIP_MANIFEST_NO_MATCH', tableOf('image\nz.jpg')],
  ['Z19', 'a compression of its own', 'E_ZIP_METHOD', raw({ ...png, method: 9 })],
  ['Z22', 'a tar', 'E_FILE_NOT_TABLE', () => readInfoOf({ name: 'a.tar.gz' })],
  ['Z22', 'a rar named as a table', 'E_FILE_TYPE', refusedTable('Rar!\u001a\u0007\u0000')],
  ['Z22', 'a 7z named as a table', 'E_FILE_TYPE', refusedTable('7z\xbc\xaf\x27\x1c')],
  ['Z23', 'one of several disks', 'E_ZIP_SPLIT', refused(rawZip([png], { disk: 3 }))],
];

const rows: readonly Line[] = [
  [
    'Z12',
    'a size that lies',
    'E_ZIP_CORRUPT',
    firstOf({ ...png, content: Buffer.alloc(4000, 'picture '), method: 8, bytes: 100 }),
  ],
  [
    'Z16',
    'a picture that is not there',
    'E_ROW_IMAGE_NOT_IN_ZIP',
    faultOf('image\nb.jpg\nc.jpg', 1),
  ],
  ['Z20', 'a wrong checksum', 'E_ZIP_CORRUPT', firstOf({ ...png, crc: 1 })],
];

const taken: readonly Line[] = [
  [
    'Z14',
    'an archive in the archive',
    'more.zip',
    read(zip({ 'a.png': picture, 'more.zip': 'x' }), ({ summary }) => summary.bundle?.nested.names),
  ],
  ['Z16', 'a name in another case', 'A.JPG', nameOf('image\na.jpg')],
  [
    'Z18',
    'what macOS leaves',
    'a.png',
    read(rawZip([png, { name: '__MACOSX/._a.png' }, { name: '.DS_Store' }]), namesOf),
  ],
  ['Z21', 'GBK names', '商品.jpg', read(rawZip([{ ...png, name: gbkName }]), namesOf)],
  ['Z23', 'the large format', 'a.png', read(zip({ 'a.png': picture }, { zip64: true }), namesOf)],
];

function tableOf(table: string): () => Promise<Outcome> {
  return async () => refusalOf(await named(table));
}

function faultOf(table: string, row: number): () => Promise<Outcome> {
  return async () =>
    readBundle(await named(table), (bundle) => bundle.rows[row]?.fault ?? 'accepted');
}

function nameOf(table: string): () => Promise<Outcome> {
  return async () =>
    readBundle(await named(table), (bundle) => {
      const image = bundle.rows[0]?.images[0];
      return typeof image === 'object' ? image.name : 'no picture';
    });
}

function refusedTable(bytes: string): () => Promise<Outcome> {
  const content = Buffer.concat([Buffer.from(bytes, 'latin1'), Buffer.alloc(64)]);
  return async () => refusalOf([{ name: 'a.csv', kind: 'table', bytes: content }]);
}

export const bundleCorpus: readonly Entry[] = [
  ...toEntries('file', files),
  ...toEntries('row', rows),
  ...toEntries('nowhere', taken),
];
