import { describe, expect, it } from 'vitest';
import { readFreeMemory, toFreeMemory } from '../../src/queue/limits-memory.ts';
import { createFixture } from './queue-fixture.ts';

describe('the memory that Redis has left', () => {
  it('is without end where it has no limit', () => {
    expect(toFreeMemory('used_memory:1000\r\nmaxmemory:0\r\n')).toBe(Infinity);
  });

  it('is what is missing to nine tenths of its limit, and never below nothing', () => {
    expect(toFreeMemory('used_memory:1000\r\nmaxmemory:10000\r\n')).toBe(8000);
    expect(toFreeMemory('used_memory:9500\r\nmaxmemory:10000\r\n')).toBe(0);
  });

  it('is read from a real Redis', async () => {
    expect(await readFreeMemory(createFixture().store)).toBeGreaterThan(0);
  });
});
