// What makes an archive one that must not be read: names that lead out of it, links, passwords, and files
// that would grow beyond all measure.

import type { Entry } from 'yauzl';
import { toQuoted } from '../../batch/column-names.ts';
import type { ArchiveEntry } from '../../batch/row.ts';
import { fail } from '../../errors.ts';

/** 2 GB, as declared, of everything in one archive that may be read. */
const maxTotalBytes = 2 * 1024 ** 3;
/** A photograph hardly shrinks; what shrinks further than this and is large is no picture. */
const maxRatio = 100;
const harmlessBytes = 10_000_000;

const localHeaderBytes = 30;
const typeBits = 0o170000;
const symbolicLink = 0o120000;
const methods: ReadonlySet<number> = new Set([0, 8]);

export interface EntryPlace {
  readonly path: string;
  /** It is a picture or a table, so that its content matters. */
  readonly isRead: boolean;
  /** The archive's. */
  readonly name: string;
}

/** Throws UserError where this entry condemns the archive. */
export function checkEntry(raw: Entry, { path, isRead, name }: EntryPlace): void {
  const entry = toQuoted(path);
  if (isOutside(path)) fail('E_ZIP_UNSAFE_PATH', { entry });
  // The upper half holds the mode bits of Unix.
  const mode = raw.externalFileAttributes >>> 16;
  if ((mode & typeBits) === symbolicLink) fail('E_ZIP_SYMLINK', { entry });
  if (!isRead) return;
  if (raw.isEncrypted()) fail('E_ZIP_ENCRYPTED', { name });
  const { compressionMethod: method } = raw;
  if (!methods.has(method)) fail('E_ZIP_METHOD', { entry, method });
  const { uncompressedSize: bytes, compressedSize } = raw;
  if (bytes > harmlessBytes && bytes > compressedSize * maxRatio) fail('E_ZIP_BOMB', { entry });
}

/** `/` for absolute paths, `C:` for drives, `..` for the folder above; backslashes are slashes by now. */
function isOutside(path: string): boolean {
  return /^(?:\/|[a-z]:)|\0/iu.test(path) || path.split('/').includes('..');
}

export interface PlacedEntry {
  readonly path: string;
  readonly entry: ArchiveEntry;
}

/** Throws UserError where the entries together are more than a file of that size can honestly hold. */
export function checkEntries(
  entries: readonly PlacedEntry[],
  { name, size }: { readonly name: string; readonly size: number },
): void {
  const inOrder = entries.toSorted((one, other) => one.entry.offset - other.entry.offset);
  let end = 0;
  let total = 0;
  for (const { path, entry } of inOrder) {
    if (entry.offset < end) fail('E_ZIP_BOMB', { entry: toQuoted(path) });
    end = entry.offset + localHeaderBytes + entry.compressedBytes;
    total += entry.bytes;
  }
  if (end > size) fail('E_ZIP_INVALID', { name });
  if (total > maxTotalBytes) fail('E_ZIP_TOO_LARGE', { limit: maxTotalBytes / 1024 ** 2 });
}
