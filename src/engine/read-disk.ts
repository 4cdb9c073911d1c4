// What dropped files take on this machine's disk, and what is left of it, for whoever watches.

import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskReading } from '../batch/readings.ts';
import { spoolPrefix } from './spool.ts';

/** Files that come and go meanwhile may be counted or not. Rejects where the directory cannot be looked at. */
export async function readDisk(dataDir: string): Promise<DiskReading> {
  const { bavail, bsize } = await statfs(dataDir);
  const names = await readdir(dataDir);
  const spools = names.filter((name) => name.startsWith(spoolPrefix));
  const sizes = await Promise.all(spools.map((name) => sizeOf(join(dataDir, name))));
  return { spoolBytes: sizes.reduce((sum, size) => sum + size, 0), freeBytes: bavail * bsize };
}

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
