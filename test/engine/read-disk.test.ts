import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readDisk } from '../../src/engine/read-disk.ts';

async function openDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'darkroom-disk-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe('the disk', () => {
  it('is read as the bytes of dropped files, and what is free', async () => {
    const path = await openDirectory();
    await mkdir(join(path, 'drop-one', 'arriving-x'), { recursive: true });
    await mkdir(join(path, 'drop-two'));
    await mkdir(join(path, 'batch-step'));
    await writeFile(join(path, 'drop-one', '0.spool'), 'x'.repeat(1000));
    await writeFile(join(path, 'drop-one', 'arriving-x', 'file'), 'x'.repeat(30));
    await writeFile(join(path, 'drop-two', '0.spool'), 'x'.repeat(7));
    await writeFile(join(path, 'batch-step', 'results.csv'), 'x'.repeat(500));
    const { spoolBytes, freeBytes } = await readDisk(path);
    expect(spoolBytes).toBe(1037);
    expect(freeBytes).toBeGreaterThan(0);
  });

  it('cannot be read where the directory is gone', async () => {
    const path = await openDirectory();
    await expect(readDisk(join(path, 'gone'))).rejects.toThrow('ENOENT');
  });
});
