// One chunk of a batch as it lies in Redis: its rows, and their outcomes while it is open or sealed.

import { z } from 'zod';
import { DamageError } from '../batch/damage.ts';
import { rowsPerChunk } from '../batch/row.ts';
import { unpackJson } from './pack.ts';
import type { Store } from './store.ts';
import { toReplies } from './to-replies.ts';

const bytes = z.instanceof(Buffer).nullable();
const stored = z.tuple([bytes, bytes, z.array(z.string().nullable())]);

export interface StoredChunk {
  readonly rows: Buffer | null;
  readonly sealed: Buffer | null;
  /** By position; all of them are gone once it is sealed. */
  readonly open: readonly (string | null)[];
}

/** One transaction: the chunk may be sealed just now, and is then in neither place or in both. */
export async function readStoredChunk(
  { redis, keys }: Store,
  id: string,
  chunk: number,
): Promise<StoredChunk> {
  const first = chunk * rowsPerChunk;
  const indices = Array.from({ length: rowsPerChunk }, (_, offset) => String(first + offset));
  const outcomesKey = keys.batch(id, 'outcomes');
  const replies = await redis
    .multi()
    .hgetBuffer(keys.batch(id, 'chunks'), String(chunk))
    .hgetBuffer(outcomesKey, `c${chunk}`)
    .hmget(outcomesKey, ...indices)
    .exec();
  const [rows, sealed, open] = stored.parse(toReplies(replies));
  return { rows, sealed, open };
}

/** Throws DamageError where the bytes are none that `packJson` made. */
export async function unpackStored<T>(packed: Buffer): Promise<T> {
  try {
    return await unpackJson<T>(packed);
  } catch (error) {
    throw new DamageError('stored rows or outcomes cannot be read', { cause: error });
  }
}
