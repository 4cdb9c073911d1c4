// What Darkroom remembers of its own messages: shared by all processes, kept over restarts. What is
// remembered is the business of whoever speaks; here it is fields and values.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const scripts = {
  claimSpeaker: readScript('claim-speaker', z.number()),
  settle: readScript('settle', z.number()),
  spendEdit: readScript('spend-edit', z.number()),
};

const daySeconds = 24 * 3600;

export interface ThreadMemoryOptions {
  readonly store: Store;
  /** For all processes together; default 40. */
  readonly editsPerMinute?: number;
}

/** A new value, or null to forget the field; what is not named stays. */
export type Change<State> = { readonly [Field in keyof State]?: State[Field] | null };

export interface ThreadMemory<State, Upload, SoFar = Upload> {
  /** Notes that the batch's thread has something to be told. Idempotent. */
  open(batchId: string): Promise<void>;
  /** Nothing is left to tell of a batch that was seen with this retry; of one that has another by now there is. */
  settle(batchId: string, retriedAs?: string): Promise<void>;
  /** The batches that were opened and not settled, oldest first. */
  unsettled(): Promise<readonly string[]>;
  /** One process speaks for a batch at a time; true also where this one holds the right already. `as`: another name
   *  than this process's. */
  claimSpeaker(batchId: string, ttlMs: number, as?: string): Promise<boolean>;
  readThread(batchId: string): Promise<State>;
  writeThread(batchId: string, change: Change<State>): Promise<void>;
  /** Takes one of the minute's edits; false when none is left. */
  spendEdit(): Promise<boolean>;
  /** True for the first caller with this key within a day, over all processes. */
  claimOnce(key: string): Promise<boolean>;
  readUpload(batchId: string): Promise<Upload | undefined>;
  writeUpload(batchId: string, record: Upload): Promise<void>;
  /** The same for results before the end. */
  readSoFar(batchId: string): Promise<SoFar | undefined>;
  writeSoFar(batchId: string, record: SoFar): Promise<void>;
}

/** `State` holds only values that JSON can carry; every field of it is optional. */
export function createThreadMemory<
  State extends object,
  Upload extends object,
  SoFar extends object = Upload,
>(options: ThreadMemoryOptions): ThreadMemory<State, Upload, SoFar> {
  const { store, editsPerMinute = 40 } = options;
  const { redis, keys } = store;
  const holder = randomUUID();
  const unsettled = keys.shared('unsettled');
  return {
    open: async (id) => {
      await redis.sadd(unsettled, id);
    },
    settle: async (id, retriedAs = '') => {
      await store.run(scripts.settle, id, retriedAs);
    },
    unsettled: async () =>
      (await redis.smembers(unsettled)).toSorted((a, b) => Number(a) - Number(b)),
    claimSpeaker: async (id, ttlMs, as = holder) =>
      (await store.run(scripts.claimSpeaker, id, as, ttlMs)) === 1,
    readThread: (id) => readFields<State>(store, id),
    writeThread: (id, change) => writeFields(store, id, change),
    spendEdit: async () => (await store.run(scripts.spendEdit, editsPerMinute, randomUUID())) === 1,
    claimOnce: async (key) => {
      const [claim, nonce] = [keys.shared(`once:${key}`), randomUUID()];
      const isSet = (await redis.set(claim, nonce, 'EX', daySeconds, 'NX')) === 'OK';
      // Sent again, because its reply was lost.
      return isSet || (await redis.get(claim)) === nonce;
    },
    readUpload: (id) => readRecord<Upload>(store, id, 'upload'),
    writeUpload: (id, record) => writeRecord(store, id, { upload: record }),
    readSoFar: (id) => readRecord<SoFar>(store, id, 'soFar'),
    writeSoFar: (id, record) => writeRecord(store, id, { soFar: record }),
  };
}

type Uploads = { readonly [Part in 'upload' | 'soFar']?: object };

async function readRecord<Upload>(
  { redis, keys }: Store,
  id: string,
  part: keyof Uploads,
): Promise<Upload | undefined> {
  const text = await redis.get(keys.batch(id, part));
  return text === null ? undefined : JSON.parse(text);
}

async function writeRecord(
  { redis, keys, retentionSeconds }: Store,
  id: string,
  { upload, soFar }: Uploads,
): Promise<void> {
  const key = keys.batch(id, upload === undefined ? 'soFar' : 'upload');
  await redis.set(key, JSON.stringify(upload ?? soFar), 'EX', retentionSeconds);
}

async function readFields<State>(store: Store, id: string): Promise<State> {
  const stored = await store.redis.hgetall(store.keys.batch(id, 'thread'));
  const fields = Object.entries(stored).map(([field, text]) => [field, JSON.parse(text)]);
  return Object.fromEntries(fields);
}

async function writeFields(store: Store, id: string, change: object): Promise<void> {
  const key = store.keys.batch(id, 'thread');
  const transaction = store.redis.multi();
  for (const [field, value] of Object.entries(change)) {
    if (value === undefined) continue;
    if (value === null) transaction.hdel(key, field);
    else transaction.hset(key, field, JSON.stringify(value));
  }
  await transaction.expire(key, store.retentionSeconds).exec();
}
