// Looking batches up: one, those of a team, those that are not over.

import { z } from 'zod';
import type { Batch, BatchState } from '../batch/batch.ts';
import { hasEnded } from '../batch/batch.ts';
import { batchState, parseBatch, storedHash } from './parse-batch.ts';
import type { Store } from './store.ts';
import { toReplies } from './to-replies.ts';

export interface BatchQuery {
  readonly team: string;
  readonly channel?: string;
  /** Only this person's. */
  readonly user?: string;
  /** Only those that answer in this thread. */
  readonly threadTs?: string;
  /** Only batches that have not ended. */
  readonly activeOnly?: boolean;
  readonly limit: number;
}

const stored = z.tuple([storedHash, storedHash]);
const pageSize = 50;

/** Undefined where there is no such batch, or where it is so old that it was removed. */
export async function readBatch(store: Store, id: string): Promise<Batch | undefined> {
  // One transaction: counts and reasons are of the same moment.
  const replies = await store.redis
    .multi()
    .hgetall(store.keys.batch(id, 'record'))
    .hgetall(store.keys.batch(id, 'faults'))
    .exec();
  const [record, faults] = stored.parse(toReplies(replies));
  return parseBatch(id, record, faults);
}

/** Newest first. */
export async function listBatches(store: Store, query: BatchQuery): Promise<readonly Batch[]> {
  const found: Batch[] = [];
  const team = store.keys.shared(`team:${query.team}`);
  for (let start = 0; found.length < query.limit; start += pageSize) {
    const ids = await store.redis.zrevrange(team, start, start + pageSize - 1);
    const batches = await Promise.all(ids.map((id) => readBatch(store, id)));
    found.push(
      ...batches.filter((batch) => batch !== undefined).filter((batch) => isAskedFor(batch, query)),
    );
    if (ids.length < pageSize) break;
  }
  return found.slice(0, query.limit);
}

/** Batches of this installation that have not ended, oldest first. */
export async function activeBatchIds(store: Store): Promise<readonly string[]> {
  const ids = await store.redis.smembers(store.keys.shared('active'));
  return ids.toSorted((a, b) => Number(a) - Number(b));
}

/** The state of every batch that has not ended. */
export async function activeStates(
  store: Store,
): Promise<readonly { readonly id: string; readonly state: BatchState }[]> {
  const ids = await activeBatchIds(store);
  const states = await Promise.all(
    ids.map((id) => store.redis.hget(store.keys.batch(id, 'record'), 'state')),
  );
  return ids.flatMap((id, position) => {
    const state = states[position];
    return typeof state === 'string' ? [{ id, state: batchState.parse(state) }] : [];
  });
}

function isAskedFor(batch: Batch, query: BatchQuery): boolean {
  const { drop } = batch;
  return (
    (query.channel === undefined || drop.channel === query.channel) &&
    (query.user === undefined || drop.user === query.user) &&
    (query.threadTs === undefined || drop.threadTs === query.threadTs) &&
    (query.activeOnly !== true || !hasEnded(batch))
  );
}
