// What Redis says about batches and about the gate, read past the proxy, so that it is seen also while
// the bots are cut off. It never writes.

import { Redis } from 'ioredis';

export interface Counts {
  readonly state: string;
  readonly total: number;
  readonly pending: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** A leased chunk. */
export interface HeldLease {
  readonly chunk: string;
  readonly token: string;
  /** By Redis time, in ms. */
  readonly expiresMs: number;
}

export interface LedgerView {
  /** For what only a scenario needs, such as CONFIG SET. */
  readonly redis: Redis;
  /** Batches by id, oldest first. */
  batchIds(): Promise<readonly string[]>;
  /** Undefined where there is no such batch. */
  counts(id: string): Promise<Counts | undefined>;
  leases(id: string): Promise<readonly HeldLease[]>;
  /** True where every row of these chunks has its outcome and they were put away. */
  areSealed(id: string, chunks: readonly string[]): Promise<boolean>;
  /** How often the rows of a batch did not add up at its end and were counted anew. */
  recounts(): Promise<number>;
  /** Jobs that hold a slot of the gate, with the client that each belongs to. */
  slots(): Promise<ReadonlyMap<string, string>>;
  /** The gate's own sum of the weights in flight. */
  gateRunning(): Promise<number>;
  /** Names of keys that would stay for ever. */
  keysWithoutExpiry(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const countNames = ['total', 'pending', 'running', 'done', 'failed', 'cancelled'];

export function openLedgerView(url: string, prefix: string): LedgerView {
  const redis = new Redis(url, { maxRetriesPerRequest: 3, retryStrategy: () => 100 });
  redis.on('error', () => {});
  const keyOf = (id: string, part: string): string => `${prefix}:batch:${id}:${part}`;
  const gateKey = async (part: string): Promise<string | undefined> => {
    const [key] = await scan(redis, `b_${prefix}:gate:*_${part}`);
    return key;
  };
  return {
    redis,
    async batchIds() {
      const keys = await scan(redis, keyOf('*', 'record'));
      const ids = keys.map((key) => key.split(':')[2] ?? '');
      return ids.toSorted((a, b) => Number(a) - Number(b));
    },
    async counts(id) {
      const values = await redis.hmget(keyOf(id, 'record'), 'state', ...countNames);
      const [state, ...numbers] = values;
      if (state === null || state === undefined) return undefined;
      const [total = 0, pending = 0, running = 0, done = 0, failed = 0, cancelled = 0] =
        numbers.map(Number);
      return { state, total, pending, running, done, failed, cancelled };
    },
    async leases(id) {
      const [tokens, expiries] = await Promise.all([
        redis.hgetall(keyOf(id, 'tokens')),
        redis.zrange(keyOf(id, 'leases'), '0', '-1', 'WITHSCORES'),
      ]);
      const leases: HeldLease[] = [];
      for (let at = 0; at < expiries.length; at += 2) {
        const chunk = expiries[at] ?? '';
        const token = tokens[chunk];
        if (token !== undefined) leases.push({ chunk, token, expiresMs: Number(expiries[at + 1]) });
      }
      return leases;
    },
    async recounts() {
      return Number((await redis.hget(`${prefix}:tallies`, 'failedChecks')) ?? 0);
    },
    async areSealed(id, chunks) {
      if (chunks.length === 0) return true;
      const fields = chunks.map((chunk) => `c${chunk}`);
      const sealed = await redis.hmget(keyOf(id, 'outcomes'), ...fields);
      return !sealed.includes(null);
    },
    async slots() {
      const key = await gateKey('job_clients');
      return new Map(Object.entries(key === undefined ? {} : await redis.hgetall(key)));
    },
    async gateRunning() {
      const key = await gateKey('settings');
      return key === undefined ? 0 : Number((await redis.hget(key, 'running')) ?? 0);
    },
    async keysWithoutExpiry() {
      const keys = await scan(redis, '*');
      const times = await Promise.all(keys.map((key) => redis.pttl(key)));
      return keys.filter((_key, at) => times[at] === -1);
    },
    async close() {
      redis.disconnect();
    },
  };
}

async function scan(redis: Redis, match: string): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, page] = await redis.scan(cursor, 'MATCH', match, 'COUNT', 1000);
    for (const key of page) found.add(key);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}
