// Archives for tests: honest ones by a library, and hostile ones byte by byte.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import type { FileKind } from '../../../src/batch/file-kind.ts';
import type { Row } from '../../../src/batch/row.ts';
import type { SortedFile } from '../../../src/batch/spooled-file.ts';
import type { Table, TableSummary } from '../../../src/batch/table.ts';
import { UserError, type Fault } from '../../../src/errors.ts';
import { openBundle, type BundleOptions } from '../../../src/intake/bundle/open-bundle.ts';

export type Contents = Readonly<Record<string, Buffer | string>>;

/** An ordinary archive; its names are UTF-8 and say so. */
export async function zip(contents: Contents, options: { zip64?: boolean } = {}): Promise<Buffer> {
  const made = new ZipFile();
  for (const [name, content] of Object.entries(contents)) {
    made.addBuffer(Buffer.from(content), name, { forceZip64Format: options.zip64 ?? false });
  }
  made.end();
  return buffer(made.outputStream);
}

export interface RawEntry {
  readonly name: string | Buffer;
  readonly content?: Buffer | string;
  readonly flags?: number;
  readonly method?: number;
  /** Declared, where it differs from the truth. */
  readonly bytes?: number;
  readonly compressedBytes?: number;
  readonly crc?: number;
  /** Of Unix, in the upper half of the attributes. */
  readonly mode?: number;
  /** In place of its own: the entry claims another's bytes. */
  readonly offset?: number;
}

interface Placed {
  readonly local: Buffer;
  readonly central: Buffer;
}

/** An archive that says what it is told to say. `disk` and `count` stand in its last record. */
export function rawZip(
  entries: readonly RawEntry[],
  { disk = 0, count = entries.length }: { disk?: number; count?: number } = {},
): Buffer {
  const placed: Placed[] = [];
  let offset = 0;
  for (const entry of entries) {
    const one = place(entry, offset);
    placed.push(one);
    offset += one.local.length;
  }
  const directory = Buffer.concat(placed.map(({ central }) => central));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(disk, 4);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...placed.map(({ local }) => local), directory, end]);
}

function place(entry: RawEntry, offset: number): Placed {
  const name = Buffer.from(entry.name);
  const content = Buffer.from(entry.content ?? '');
  const method = entry.method ?? 0;
  const packed = method === 8 ? deflateRawSync(content) : content;
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(entry.flags ?? 0, 2);
  common.writeUInt16LE(method, 4);
  common.writeUInt32LE(entry.crc ?? crc32(content), 10);
  common.writeUInt32LE(entry.compressedBytes ?? packed.length, 14);
  common.writeUInt32LE(entry.bytes ?? content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name, packed]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6);
  tail.writeUInt32LE(entry.offset ?? offset, 10);
  const version = Buffer.from([20, 3]);
  const central = Buffer.concat([Buffer.from('PK\u0001\u0002'), version, common, tail, name]);
  return { local, central };
}

const defaults: BundleOptions = { maxRows: 20_000, maxImagesPerRow: 4, grouping: true };

export interface ReadBundle {
  readonly table: Table;
  readonly rows: readonly Row[];
  readonly summary: TableSummary;
  /** Where the dropped files stand while `use` runs, in their order. */
  readonly paths: readonly string[];
}

export interface DroppedBytes {
  readonly name: string;
  readonly kind: FileKind;
  readonly bytes: Buffer | string;
}

/** Opens the files as one bundle and reads it to its end. */
export async function readBundle<T>(
  dropped: readonly DroppedBytes[],
  use: (bundle: ReadBundle) => T | Promise<T>,
  options: Partial<BundleOptions> = {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    const files: SortedFile[] = [];
    for (const [index, { name, kind, bytes }] of dropped.entries()) {
      const path = join(folder, `${index}.spool`);
      await writeFile(path, bytes);
      files.push({ path, name, kind, bytes: bytes.length, hash: '' });
    }
    const reader = await openBundle(files, { ...defaults, ...options });
    const rows: Row[] = [];
    for await (const chunk of reader.chunks()) rows.push(...chunk);
    const paths = files.map(({ path }) => path);
    return await use({ table: reader.table, rows, summary: reader.summary(), paths });
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function archive(bytes: Buffer | string, name = 'bundle.zip'): DroppedBytes {
  return { name, kind: 'archive', bytes };
}

/** The fault that refuses the files; fails where they are not refused. */
export async function refusalOf(
  dropped: readonly DroppedBytes[],
  options: Partial<BundleOptions> = {},
): Promise<Fault> {
  try {
    await readBundle(dropped, () => undefined, options);
  } catch (error) {
    if (error instanceof UserError) return error.fault;
    throw error;
  }
  throw new Error('the bundle was not refused');
}
