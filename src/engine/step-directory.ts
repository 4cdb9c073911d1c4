// Directories for the files of one step of a batch, and the end of those that killed processes left.

import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toError } from '../errors.ts';
import { spoolPrefix } from './spool.ts';

const prefix = 'batch-';

/** Far longer than any step takes; dropped files that are still wanted are fetched again. */
const abandonedMs = 24 * 3600 * 1000;

/** A new directory, removed when it is disposed. */
export async function openStepDirectory(
  dataDir: string,
): Promise<{ readonly path: string } & AsyncDisposable> {
  await mkdir(dataDir, { recursive: true });
  const path = await mkdtemp(join(dataDir, prefix));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Rejects with a sentence for whoever installs it where the bot cannot write. */
export async function checkDataDir(dataDir: string): Promise<void> {
  try {
    await using _ = await openStepDirectory(dataDir);
  } catch (error) {
    const advice = 'Name another folder, or let the bot write there.';
    const reason = toError(error).message;
    throw new Error(`DATA_DIR cannot be written: ${reason}. ${advice}`, { cause: error });
  }
}

/** Removes what no living process can still need; others on the same disk may be at work. */
export async function removeAbandoned(dataDir: string): Promise<void> {
  // Before the first step there is no such directory.
  const names = await readdir(dataDir).catch((): string[] => []);
  const paths = names.filter((name) => isOurs(name)).map((name) => join(dataDir, name));
  for (const path of paths) {
    const { mtimeMs = Infinity } = (await stat(path).catch(() => undefined)) ?? {};
    if (Date.now() - mtimeMs > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

function isOurs(name: string): boolean {
  return name.startsWith(prefix) || name.startsWith(spoolPrefix);
}
