import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  checkDataDir,
  openStepDirectory,
  removeAbandoned,
} from '../../src/engine/step-directory.ts';

async function createDataDir(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'steps-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

it('a step has a directory of its own, which goes with it', async () => {
  const dataDir = join(await createDataDir(), 'not-there-yet');
  {
    await using one = await openStepDirectory(dataDir);
    await using other = await openStepDirectory(dataDir);
    await writeFile(join(one.path, 'results.csv'), 'a');
    expect(await readdir(other.path)).toEqual([]);
    expect(await readdir(dataDir)).toHaveLength(2);
  }
  expect(await readdir(dataDir)).toEqual([]);
});

it('a place where nothing can be written is named with what to do', async () => {
  const dataDir = await createDataDir();
  await checkDataDir(join(dataDir, 'not-there-yet'));
  const file = join(dataDir, 'file');
  await writeFile(file, '');
  await expect(checkDataDir(file)).rejects.toThrow(/^DATA_DIR cannot be written: .*Name another/);
});

it('what a killed process left is removed after a day, and nothing else is', async () => {
  const dataDir = await createDataDir();
  const left = await openStepDirectory(dataDir);
  await writeFile(join(left.path, 'spool'), 'a');
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
  await utimes(left.path, twoDaysAgo, twoDaysAgo);
  const dropped = join(dataDir, 'drop-1');
  await mkdir(dropped);
  await utimes(dropped, twoDaysAgo, twoDaysAgo);
  await writeFile(join(dataDir, 'notes.txt'), 'mine');
  await utimes(join(dataDir, 'notes.txt'), twoDaysAgo, twoDaysAgo);
  await using current = await openStepDirectory(dataDir);
  await removeAbandoned(dataDir);
  expect((await readdir(dataDir)).map((name) => join(dataDir, name)).toSorted()).toEqual(
    [current.path, join(dataDir, 'notes.txt')].toSorted(),
  );
});
