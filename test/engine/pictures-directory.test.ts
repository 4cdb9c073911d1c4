import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPicturesDirectory } from '../../src/engine/pictures-directory.ts';

async function dataDirWith(names: readonly string[]): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-test-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  for (const name of names) {
    await mkdir(join(dataDir, name));
    await writeFile(join(dataDir, name, 'a.jpg'), 'jpeg');
  }
  return dataDir;
}

const nameOf = (pid: number, host = hostname()): string => `batch-pictures-${host}-${pid}`;

describe('the directory of prepared pictures', () => {
  it('is cleared of what dead processes of this machine have left, and of nothing else', async () => {
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const others = ['batch-abc', nameOf(dead, 'elsewhere'), nameOf(process.ppid), `${nameOf(1)}x`];
    const dataDir = await dataDirWith([...others, nameOf(dead), nameOf(process.pid)]);
    await using directory = await openPicturesDirectory(dataDir);
    expect(directory.path).toBe(join(dataDir, nameOf(process.pid)));
    expect((await readdir(dataDir)).toSorted()).toEqual(others.toSorted());
  });

  it('is gone when the process ends in peace', async () => {
    const dataDir = await dataDirWith([]);
    const directory = await openPicturesDirectory(dataDir);
    await mkdir(directory.path);
    await writeFile(join(directory.path, 'a.jpg'), 'jpeg');
    await directory[Symbol.asyncDispose]();
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('needs no data directory to be there yet', async () => {
    const dataDir = join(await dataDirWith([]), 'not-yet');
    await using directory = await openPicturesDirectory(dataDir);
    expect(directory.path.startsWith(dataDir)).toBe(true);
  });
});
