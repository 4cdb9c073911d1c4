// What an archive holds, from its directory alone, and the refusal of archives that are broken or meant to
// do harm. Nothing is unpacked here.

import { stat } from 'node:fs/promises';
import { getFileNameLowLevel, openPromise, type Entry, type ZipFile } from 'yauzl';
import { toQuoted } from '../../batch/column-names.ts';
import { toFileKind, type FileKind } from '../../batch/file-kind.ts';
import type { ArchiveEntry } from '../../batch/row.ts';
import { fail, toError, UserError } from '../../errors.ts';
import { checkEntries, checkEntry } from './check-entries.ts';
import { decodeNames } from './entry-names.ts';

/** Files, folders and all, in one archive. */
const maxEntries = 20_000;

export interface ListedFile {
  /** With its folders, separated by `/`. */
  readonly path: string;
  readonly kind: FileKind;
  readonly entry: ArchiveEntry;
}

/** Left behind by macOS and Windows; nobody misses them. */
const litter = /(?:^|\/)(?:__MACOSX(?:\/|$)|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i;
const flagUtf8 = 0x800;
const unicodePath = 0x7075;

/**
 * The archive's files in its order, without folders and without what systems leave behind. Throws
 * UserError (E_ZIP_…) where the archive as a whole cannot or must not be read.
 */
export async function listArchive(
  path: string,
  { name, signal }: { readonly name: string; readonly signal?: AbortSignal },
): Promise<readonly ListedFile[]> {
  const archive = await openArchive(path, name);
  try {
    const entries = await readEntries(archive, { name, signal });
    const { size } = await stat(path);
    return toListed(entries, { name, size });
  } catch (error) {
    if (error instanceof UserError || signal?.aborted === true) throw error;
    return failUnreadable(error, name);
  } finally {
    archive.close();
  }
}

async function openArchive(path: string, name: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { decodeStrings: false, autoClose: false });
  } catch (error) {
    return failUnreadable(error, name);
  }
}

/** The library tells these two apart by its messages only. */
function failUnreadable(error: unknown, name: string): never {
  const { message } = toError(error);
  const options = { cause: error };
  if (message.startsWith('multi-disk')) fail('E_ZIP_SPLIT', { name }, options);
  if (message.startsWith('strong encryption')) fail('E_ZIP_ENCRYPTED', { name }, options);
  return fail('E_ZIP_INVALID', { name }, options);
}

async function readEntries(
  archive: ZipFile,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal | undefined },
): Promise<readonly Entry[]> {
  const { entryCount } = archive;
  if (entryCount > maxEntries) {
    fail('E_ZIP_TOO_MANY', { name, found: entryCount, limit: maxEntries });
  }
  const entries: Entry[] = [];
  for await (const entry of archive.eachEntry()) {
    signal?.throwIfAborted();
    entries.push(entry);
  }
  return entries;
}

function toListed(
  entries: readonly Entry[],
  { name, size }: { readonly name: string; readonly size: number },
): readonly ListedFile[] {
  if (entries.length === 0) fail('E_ZIP_EMPTY', { name });
  const paths = readPaths(entries);
  const listed: ListedFile[] = [];
  const seen = new Set<string>();
  for (const [index, raw] of entries.entries()) {
    const path = paths[index] ?? '';
    const file = { path, kind: toEntryKind(path), entry: toEntry(raw) };
    const isRead = file.kind === 'picture' || file.kind === 'table';
    checkEntry(raw, { path, isRead: isRead && !litter.test(path), name });
    if (path.endsWith('/') || litter.test(path)) continue;
    if (seen.has(path)) fail('E_ZIP_DUPLICATE', { entry: toQuoted(path) });
    seen.add(path);
    listed.push(file);
  }
  checkEntries(
    entries.map((raw, index) => ({ path: paths[index] ?? '', entry: toEntry(raw) })),
    { name, size },
  );
  if (listed.length === 0) fail('E_ZIP_EMPTY', { name });
  return listed;
}

/** What a phone takes is a picture of a row too: the row says what to do about it. */
function toEntryKind(path: string): FileKind {
  return /\.hei[cf]$/iu.test(path.trim()) ? 'picture' : toFileKind(path);
}

function readPaths(entries: readonly Entry[]): readonly string[] {
  return decodeNames(
    entries.map(({ fileNameRaw, generalPurposeBitFlag: flags, extraFields }) => {
      if (!extraFields.some(({ id }) => id === unicodePath)) {
        return { bytes: fileNameRaw, isUtf8: (flags & flagUtf8) !== 0 };
      }
      const told = getFileNameLowLevel(flags, fileNameRaw, extraFields, true);
      return { bytes: Buffer.from(told), isUtf8: true };
    }),
  );
}

function toEntry(raw: Entry): ArchiveEntry {
  return {
    offset: raw.relativeOffsetOfLocalHeader,
    compressedBytes: raw.compressedSize,
    bytes: raw.uncompressedSize,
    method: raw.compressionMethod === 0 ? 'stored' : 'deflated',
    crc32: raw.crc32,
  };
}
