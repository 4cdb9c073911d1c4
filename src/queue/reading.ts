// A batch up to the moment when its rows may run: recorded, read into chunks, then started or refused.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Admission, BatchPlan, Drop } from '../batch/batch.ts';
import { rowsPerChunk, type DoneOutcome, type Row } from '../batch/row.ts';
import { fail, type Fault } from '../errors.ts';
import { packJson } from './pack.ts';
import { readScript } from './script.ts';
import type { Store } from './store.ts';
import { withDeadline } from './with-deadline.ts';

const scripts = {
  recordDrop: readScript('record-drop', z.tuple([z.string(), z.number()])),
  writeChunk: readScript('write-chunk', z.number()),
  carryOutcomes: readScript('carry-outcomes', z.number()),
  claimFingerprint: readScript('claim-fingerprint', z.string().nullable()),
  startRunning: readScript('start-running', z.number()),
  refuse: readScript('refuse', z.number()),
};

/** Rejects where Redis has not answered within this time: Slack waits 3 s for the acknowledgement. */
const recordDeadlineMs = 2500;

/** Stores the drop durably, under a new short id, and makes its read step due. One key, one batch:
 *  `created` is false where the key was recorded before. Rejects after 2.5 s without an answer. */
export async function recordDrop(
  store: Store,
  drop: Drop,
): Promise<{ readonly id: string; readonly created: boolean }> {
  const recorded = store.run(
    scripts.recordDrop,
    drop.key,
    randomUUID(),
    JSON.stringify(drop),
    drop.team,
    drop.user,
  );
  const [id, created] = await withDeadline(recorded, recordDeadlineMs);
  return { id, created: created === 1 };
}

/** Whether a drop with this key was recorded, also where its batch was deleted since. */
export async function knowsDrop({ redis, keys }: Store, key: string): Promise<boolean> {
  return (await redis.exists(keys.shared(`once:drop:${key}`))) === 1;
}

/** Ignored where the batch is no longer being read. Throws UserError where Redis is full. */
export async function writeChunk(
  store: Store,
  id: string,
  chunk: { readonly index: number; readonly rows: readonly Row[] },
): Promise<void> {
  const packed = await packJson(chunk.rows);
  await unlessFull(() => store.run(scripts.writeChunk, id, chunk.index, packed));
}

/** What rows of a chunk are already, by their position in it; the others are still to be worked on. Like
 *  writeChunk otherwise. */
export async function carryOutcomes(
  store: Store,
  id: string,
  chunk: { readonly index: number; readonly outcomes: readonly (DoneOutcome | undefined)[] },
): Promise<void> {
  const { index, outcomes } = chunk;
  const first = index * rowsPerChunk;
  const isWhole = !outcomes.includes(undefined);
  const packed = isWhole ? await packJson(outcomes) : '';
  const some = outcomes.flatMap((outcome, position) =>
    isWhole || outcome === undefined ? [] : [first + position, JSON.stringify(outcome)],
  );
  await unlessFull(() => store.run(scripts.carryOutcomes, id, index, packed, ...some));
}

async function unlessFull(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    // maxmemory is reached; waiting for it to change would hold up every other batch as well.
    const isFull = error instanceof Error && /\bOOM\b/.test(error.message);
    if (isFull) fail('E_REDIS_FULL', {}, { cause: error });
    throw error;
  }
}

/** The id of the batch that has the fingerprint, where it is another and has not ended. */
export async function claimFingerprint(
  store: Store,
  id: string,
  fingerprint: string,
): Promise<string | undefined> {
  return (await store.run(scripts.claimFingerprint, id, fingerprint)) ?? undefined;
}

/** A batch that has been read, and what is asked of it before it runs. */
export interface Start {
  readonly plan: BatchPlan;
  readonly admission?: Admission | undefined;
}

/** False where the batch is no longer being read. Rejects where a chunk is missing. */
export async function startRunning(
  store: Store,
  id: string,
  { plan, admission = {} }: Start,
): Promise<boolean> {
  const started = await store.run(
    scripts.startRunning,
    id,
    plan.summary.rows,
    rowsPerChunk,
    JSON.stringify(plan.table),
    JSON.stringify(plan.summary),
    JSON.stringify(plan.recipe),
    plan.fileHash,
    plan.textIgnored ? 1 : 0,
    admission.needsApproval === true ? 1 : 0,
    admission.estimateSeconds === undefined ? '' : Math.round(admission.estimateSeconds),
    admission.batchesPerPerson ?? '',
    plan.carriedRows ?? 0,
    randomUUID(),
  );
  return started === 1;
}

/** Ends a batch that is being read; without a fault nobody is told. False where it is not read any more. */
export async function refuse(store: Store, id: string, fault?: Fault): Promise<boolean> {
  const reason = fault === undefined ? '' : JSON.stringify(fault);
  return (await store.run(scripts.refuse, id, reason)) === 1;
}
