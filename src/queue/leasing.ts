// The rows' way through a worker: a chunk is leased, its rows are committed one by one, and the chunk is
// sealed when it is complete. Only the holder of the current token can commit.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DamageError } from '../batch/damage.ts';
import type { Caution, CommitResult, Lease, LeaseRef, RenewResult } from '../batch/lease.ts';
import type { DoneOutcome, FailedOutcome, Outcome, Row, WorkedOutcome } from '../batch/row.ts';
import { rowsPerChunk } from '../batch/row.ts';
import { toFault } from '../errors.ts';
import { packJson } from './pack.ts';
import { readScript } from './script.ts';
import type { ScriptArgument, Store } from './store.ts';
import { unpackStored } from './stored-chunk.ts';

const bytes = z.instanceof(Buffer);
const commitResult: z.ZodType<CommitResult> = z.enum(['committed', 'already', 'refused']);
const renewResult: z.ZodType<RenewResult> = z.enum(['held', 'lost', 'cancelled', 'paused']);

const scripts = {
  lease: readScript('lease', z.tuple([bytes, bytes, bytes, z.number()], z.number()).nullable()),
  renew: readScript('renew', z.array(renewResult)),
  commit: readScript('commit', z.tuple([commitResult, z.number()])),
  release: readScript('release', z.number()),
  passOver: readScript('pass-over', z.number()),
  noteStart: readScript('note-start', z.number()),
  seal: readScript('seal', z.number()),
};

export interface WorkerLease {
  /** Names the process in the token, for whoever looks into Redis. */
  readonly worker: string;
  readonly leaseMs: number;
  /** Batches whose chunks are not wanted now. */
  readonly leaveOut: readonly string[];
}

/** The next chunk of the running batch with the fewest rows in flight; among equals, of the one that was
 *  leased from longest ago. Expired leases are taken back on the way, but not right after an outage: their
 *  holders get the time of a lease to renew them. */
export async function lease(
  store: Store,
  { worker, leaseMs, leaveOut }: WorkerLease,
): Promise<Lease | undefined> {
  const token = `${worker}:${randomUUID()}`;
  const takesBack = store.isSteady(leaseMs) ? 1 : 0;
  const args = [leaseMs, token, rowsPerChunk, takesBack, ...leaveOut];
  const reply = await store.runForBytes(scripts.lease, ...args);
  if (reply === null) return undefined;
  const [batchId, chunk, packed, crashes, ...indices] = reply;
  const ref = { batchId: batchId.toString(), chunk: Number(chunk.toString()), token };
  const rows = await findRows(store, ref, { packed, indices });
  if (crashes < 0) return { ...ref, rows };
  if (crashes >= crashesToFail) return { ...ref, rows: rows.map((row) => toCrashed(row, crashes)) };
  const caution: Caution = crashes === 0 ? 'watched' : 'solitary';
  return { ...ref, rows, caution };
}

/** The rows that have these indices. Where there are none, or they cannot be read, they are lost: rejects with
 *  DamageError, and nobody gets them again. */
async function findRows(
  store: Store,
  { batchId, chunk, token }: LeaseRef,
  { packed, indices }: { readonly packed: Buffer; readonly indices: readonly number[] },
): Promise<readonly Row[]> {
  const open = new Set(indices);
  try {
    const rows = await unpackStored<readonly Row[]>(packed);
    const found = rows.filter((row) => open.has(row.index));
    if (found.length > 0 || open.size === 0) return found;
    throw new DamageError(`chunk ${chunk} of batch ${batchId} lacks rows`);
  } catch (error) {
    await store.run(scripts.passOver, batchId, chunk, token);
    throw error;
  }
}

/** Workers that died while the row was at work; the last two of them ran nothing else. */
const crashesToFail = 3;

/** It fails without being begun. */
function toCrashed(row: Row, times: number): Row {
  return { ...row, fault: row.fault ?? toFault('E_ROW_CRASHED_WORKER', { times }) };
}

/** To be called just before a row of a lease with caution is begun: if this process dies meanwhile, the row is
 *  suspected. False where the lease is no longer held. */
export async function noteStart(
  store: Store,
  { batchId, chunk, token }: LeaseRef,
  row: Row,
): Promise<boolean> {
  return (await store.run(scripts.noteStart, batchId, chunk, token, row.index)) === 1;
}

/** Extends every lease that is still held, also one that has expired and that nobody took. */
export async function renew(
  store: Store,
  leases: readonly LeaseRef[],
  leaseMs: number,
): Promise<readonly RenewResult[]> {
  if (leases.length === 0) return [];
  const args = leases.flatMap(({ batchId, chunk, token }) => [batchId, chunk, token]);
  return store.run(scripts.renew, leaseMs, ...args);
}

export interface Commit {
  readonly lease: LeaseRef;
  readonly row: Row;
  readonly outcome: WorkedOutcome;
}

/** Records an outcome; the first one stays, and sending it again changes nothing. */
export async function commit(store: Store, work: Commit): Promise<CommitResult> {
  const { lease: held, row, outcome } = work;
  const [result, left] = await store.run(
    scripts.commit,
    held.batchId,
    held.chunk,
    held.token,
    row.index,
    row.line,
    JSON.stringify(outcome),
    outcome.status,
    ...toCommitArguments(outcome),
  );
  // The outcome is safe by now: a chunk that is left open only takes more room.
  if (left === 0) await seal(store, held).catch(() => {});
  return result;
}

/** Gives the chunk back; nothing happens where the lease is no longer held. */
export async function release(store: Store, held: LeaseRef): Promise<void> {
  await store.run(scripts.release, held.batchId, held.chunk, held.token);
}

/** Packs a complete chunk's outcomes. False where rows are missing or another has sealed it. */
async function seal(store: Store, { batchId, chunk }: LeaseRef): Promise<boolean> {
  const first = chunk * rowsPerChunk;
  const total = await store.redis.hget(store.keys.batch(batchId, 'record'), 'total');
  const last = Math.min(first + rowsPerChunk, Number(total)) - 1;
  const indices = Array.from({ length: last - first + 1 }, (_, offset) => String(first + offset));
  const stored = await store.redis.hmget(store.keys.batch(batchId, 'outcomes'), ...indices);
  if (stored.includes(null)) return false;
  const outcomes = stored.map((text): Outcome => JSON.parse(text ?? ''));
  const packed = await packJson(outcomes);
  return (await store.run(scripts.seal, batchId, chunk, packed, first, last)) === 1;
}

function toCommitArguments(outcome: WorkedOutcome): ScriptArgument[] {
  return outcome.status === 'done' ? toSums(outcome) : toFaultArguments(outcome);
}

function toSums({
  usage,
  cached,
  modelSeconds,
  animatedPictures = 0,
}: DoneOutcome): ScriptArgument[] {
  const modelMs = Math.round(modelSeconds * 1000);
  return [usage.promptTokens, usage.completionTokens, cached ? 1 : 0, modelMs, animatedPictures];
}

function toFaultArguments({ fault }: FailedOutcome): ScriptArgument[] {
  return [fault.code, JSON.stringify(fault)];
}
