// Where a process keeps prepared pictures. A process that is killed leaves them there, up to half a
// gigabyte, so the next one on the same machine clears up before it begins.

import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Begins as the directories of steps do: on a disk of several machines they are removed as those are. */
const prefix = 'batch-pictures-';

/** Named after the machine and the process, made by whoever writes into it first, and removed when it is
 *  disposed. Those of this machine's dead processes are removed at once. */
export async function openPicturesDirectory(
  dataDir: string,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const own = `${prefix}${hostname()}-`;
  const names = await readdir(dataDir).catch((): string[] => []);
  const left = names.filter((name) => name.startsWith(own) && isLeft(name.slice(own.length)));
  await Promise.all(left.map((name) => remove(join(dataDir, name))));
  const path = join(dataDir, `${own}${process.pid}`);
  return { path, [Symbol.asyncDispose]: () => remove(path) };
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}

/** In a container a new process often has the number of the one that was killed. */
function isLeft(number: string): boolean {
  const pid = Number(number);
  return Number.isSafeInteger(pid) && pid > 0 && (pid === process.pid || !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It may belong to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
