// A dropped picture's bytes, out of an archive or as a file of its own.

import { readFile, stat } from 'node:fs/promises';
import { toQuoted } from '../../batch/column-names.ts';
import type { BundledImage } from '../../batch/row.ts';
import { toFault, type Fault } from '../../errors.ts';
import { CorruptEntryError, readEntry } from './read-entry.ts';

/** As for pictures that are fetched. */
const maxPictureBytes = 20_000_000;

/** @param path The dropped file on this disk. Rejects where it cannot be read; a bad picture is a fault. */
export async function readPicture(path: string, image: BundledImage): Promise<Buffer | Fault> {
  const { entry } = image;
  const bytes = entry?.bytes ?? (await stat(path)).size;
  if (Math.max(bytes, entry?.compressedBytes ?? 0) > maxPictureBytes) {
    return toFault('E_IMAGE_TOO_LARGE', { limit: maxPictureBytes / 1_000_000 });
  }
  if (entry === undefined) return readFile(path);
  try {
    return await readEntry(path, entry);
  } catch (error) {
    if (!(error instanceof CorruptEntryError)) throw error;
    return toFault('E_ZIP_CORRUPT', { name: toQuoted(image.name) });
  }
}
