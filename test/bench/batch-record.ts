// Batches as their records in Redis show them: exact, and at once, where the thread is edited every few seconds.

import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { buildKeys } from '../../src/queue/keys.ts';
import { keyPrefix, type BenchWorld, type DroppedBatch } from './bench-world.ts';

export const benchKeys = buildKeys(keyPrefix);

export interface BatchRecord {
  readonly state: string;
  readonly total: number;
  /** Rows with an outcome. */
  readonly done: number;
  readonly failed: number;
  /** When its rows were ready to run, in milliseconds since 1970; 0 before. */
  readonly startedMs: number;
}

export async function readRecord(redis: Redis, id: string): Promise<BatchRecord> {
  const names = ['state', 'total', 'done', 'failed', 'startedMs'] as const;
  const [state, ...numbers] = await redis.hmget(benchKeys.batch(id, 'record'), ...names);
  const [total = 0, done = 0, failed = 0, startedMs = 0] = numbers.map(Number);
  return { state: state ?? '', total, done, failed, startedMs };
}

export interface FoundBatch extends DroppedBatch {
  readonly id: string;
}

/** Drops a table and settles when it is recorded; not to be called twice at a time. */
export async function dropAndFind(
  world: BenchWorld,
  table: Buffer,
  options?: { readonly name?: string },
): Promise<FoundBatch> {
  const countIds = async (): Promise<number> =>
    Number(await world.redis.get(benchKeys.shared('ids')));
  const before = await countIds();
  const dropped = await world.drop(table, options);
  const id = await eventually('the drop is recorded', async () => {
    const now = await countIds();
    return now > before ? String(now) : undefined;
  });
  return { ...dropped, id };
}

const lookEveryMs = 10;

export async function untilRecord(
  redis: Redis,
  id: string,
  isMet: (record: BatchRecord) => boolean,
): Promise<BatchRecord> {
  return eventually(`batch ${id} gets where the benchmark waits for it`, async () => {
    const record = await readRecord(redis, id);
    if (record.state === 'refused') throw new Error(`batch ${id} was refused`);
    return isMet(record) ? record : undefined;
  });
}

/** The first answer of `probe` that is not undefined. Rejects after four minutes. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  withinMs = 240_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await pause(lookEveryMs);
  }
}
