import { describe, expect, it } from 'vitest';
import { tmpdir } from 'node:os';
import { ensureRoom, type FileSize } from '../../src/engine/room.ts';

const GB = 1e9;

async function codeFor(size: FileSize, free: { memory: number; disk: number }): Promise<string> {
  const needs = {
    dataDir: tmpdir(),
    freeMemory: async () => free.memory,
    freeDisk: async () => free.disk,
  };
  try {
    await ensureRoom(size, needs);
    return 'fits';
  } catch (error) {
    return String(Reflect.get(Object(Reflect.get(Object(error), 'fault')), 'code'));
  }
}

describe('room for a batch', () => {
  it.each<[FileSize, readonly [number, number], string]>([
    [{ tableBytes: 1e6 }, [Infinity, GB], 'fits'],
    [{ tableBytes: 1e6 }, [2e6, GB], 'fits'],
    [{ tableBytes: 3e6 }, [2e6, GB], 'E_REDIS_FULL'],
    [{ tableBytes: 3e6 }, [GB, 60e6], 'E_DISK_FULL'],
    // Its rows are in Redis by then: what counts is what is still to come.
    [{ tableBytes: 3e6, rows: 1000 }, [2e6, GB], 'fits'],
    [{ tableBytes: 3e6, rows: 20_000 }, [2e6, GB], 'E_REDIS_FULL'],
    [{ tableBytes: 3e6, rows: 500_000 }, [GB, GB], 'E_DISK_FULL'],
  ])('of %j with bytes of memory and disk %j: %s', async (size, [memory, disk], code) => {
    expect(await codeFor(size, { memory, disk })).toBe(code);
  });

  it('is asked of the disk that holds the files', async () => {
    const needs = { dataDir: tmpdir(), freeMemory: async () => Infinity };
    await expect(ensureRoom({ tableBytes: 1e18 }, needs)).rejects.toThrow('disk is nearly full');
  });
});
