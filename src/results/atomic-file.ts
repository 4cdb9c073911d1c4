// A file that appears under its name only when it is complete and on the disk.

import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface AtomicFile {
  /** Resolves when the text was handed to the system, so that awaiting it bounds the memory. */
  write(text: string): Promise<void>;
  /** Puts the file in place of any other of its name, and returns its bytes. */
  commit(): Promise<number>;
  /** Leaves nothing behind unless it was committed. */
  discard(): Promise<void>;
}

/** Two processes may write the same file at once: each has its own temporary one, the last one stands. */
export async function createAtomicFile(path: string): Promise<AtomicFile> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx');
  let bytes = 0;
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };
  return {
    async write(text) {
      bytes += Buffer.byteLength(text);
      await handle.appendFile(text);
    },
    async commit() {
      await handle.sync();
      await close();
      await rename(temporary, path);
      await syncDirectory(dirname(path));
      return bytes;
    },
    async discard() {
      await close();
      await rm(temporary, { force: true });
    },
  };
}

/** Without it a power cut may undo the renaming. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
