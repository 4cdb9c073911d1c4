// The first bytes of a file: enough to tell what kind of file it is.

import { open } from 'node:fs/promises';
import { fail } from '../errors.ts';

/** 200 MB as people count them in a file manager. */
export const maxFileBytes = 200 * 1024 * 1024;

const headBytes = 64 * 1024;
const bytesPerMegabyte = 1024 * 1024;

/** Up to 64 kB from the beginning. Refuses an empty file and one above 200 MB. */
export async function readHead(path: string): Promise<Buffer> {
  await using file = await open(path);
  const { size } = await file.stat();
  if (size === 0) fail('E_CSV_EMPTY', {});
  if (size > maxFileBytes) {
    fail('E_FILE_TOO_LARGE', {
      size: Math.ceil(size / bytesPerMegabyte),
      limit: maxFileBytes / bytesPerMegabyte,
    });
  }
  const head = Buffer.alloc(Math.min(size, headBytes));
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}
