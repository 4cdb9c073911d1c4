// Pieces of a file that are small enough to look at whole; the first tells what kind of file it is.

import { open, stat } from 'node:fs/promises';
import { fail } from '../errors.ts';

/** 200 MB as people count them in a file manager. */
export const maxFileBytes = 200 * 1024 * 1024;

const pieceBytes = 64 * 1024;
const bytesPerMegabyte = 1024 * 1024;

/** Up to 64 kB from the beginning. Refuses an empty file and one above 200 MB. */
export async function readHead(path: string): Promise<Buffer> {
  const { size } = await stat(path);
  if (size === 0) fail('E_CSV_EMPTY', {});
  if (size > maxFileBytes) {
    fail('E_FILE_TOO_LARGE', {
      size: Math.ceil(size / bytesPerMegabyte),
      limit: maxFileBytes / bytesPerMegabyte,
    });
  }
  return readPiece(path, 0);
}

/** Up to 64 kB from that position. */
export async function readPiece(path: string, position: number): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, position);
  return buffer.subarray(0, bytesRead);
}
