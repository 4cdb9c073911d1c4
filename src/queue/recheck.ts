// A batch that is to be finished although its rows do not add up: its chunks are looked at one by one, and what
// is there counts, not what was counted. Rows without an outcome run again.
//
// Rows that are gone themselves fail, with whatever had become of them: nobody could tell what an answer is about.
// Their chunk is filled with rows that say so, so that the batch can end.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Batch } from '../batch/batch.ts';
import { DamageError } from '../batch/damage.ts';
import { rowsPerChunk, type Outcome, type Row } from '../batch/row.ts';
import { toFault } from '../errors.ts';
import { readBatch } from './batches.ts';
import { packJson } from './pack.ts';
import { createRecount, type Recount } from './recount.ts';
import { salvageOutcomes, salvageRows, type Place } from './salvage.ts';
import { readScript } from './script.ts';
import type { Store } from './store.ts';
import { readStoredChunk } from './stored-chunk.ts';

const scripts = {
  begin: readScript('begin-recheck', z.number()),
  mend: readScript('mend-chunk', z.number()),
  end: readScript('end-recheck', z.number()),
};

/** A batch that is still wrong after these is for a person. */
const mostRechecks = 2;

/** The number of rows that run again; undefined where the batch has had its counts and nothing was changed. Reads
 *  a chunk at a time, 1,000,000 rows in about 10 s; may be called again at any point. Rejects with DamageError
 *  where it cannot be told how many rows there should be. */
export async function recheck(store: Store, id: string): Promise<number | undefined> {
  const token = randomUUID();
  const begun = await store.run(scripts.begin, id, token, mostRechecks);
  if (begun === -1) return undefined;
  const batch = begun === 1 ? await readBatch(store, id) : undefined;
  if (batch === undefined) return 0;
  if (batch.summary === undefined) throw new DamageError(`batch ${id} was never read`);
  const { rows: total } = batch.summary;
  const counting = { store, batch, token, total };
  const recount = createRecount();
  for (let chunk = 0; chunk * rowsPerChunk < total; chunk += 1) {
    await recheckChunk(counting, chunk, recount);
  }
  const { done, failed } = recount;
  const left = total - done - failed;
  const counts = [total, done, failed, left, isStopped(batch) ? 1 : 0];
  const ended = await store.run(scripts.end, id, token, ...counts, ...recount.faults());
  return ended === 1 && !isStopped(batch) ? left : 0;
}

interface Counting {
  readonly store: Store;
  readonly batch: Batch;
  readonly token: string;
  readonly total: number;
}

/** By a person, or because it could not go on: its rows without an outcome are cancelled. */
function isStopped({ cancelledBy, fault }: Batch): boolean {
  return cancelledBy !== undefined || fault !== undefined;
}

async function recheckChunk(counting: Counting, chunk: number, recount: Recount): Promise<void> {
  const { store, batch, total } = counting;
  const first = chunk * rowsPerChunk;
  const size = Math.min(rowsPerChunk, total - first);
  const stored = await readStoredChunk(store, batch.id, chunk);
  const rows = await salvageRows(stored, { first, size });
  if (rows === undefined) {
    await replaceLost(counting, { chunk, first, size }, recount);
    return;
  }
  const { outcomes, useless } = await salvageOutcomes(stored, chunk, size);
  for (const [position, row] of rows.entries()) recount.add(row, outcomes[position]);
  const isOpen = !isStopped(batch) && outcomes.includes(undefined);
  if (isOpen || useless.length > 0)
    await mend(counting, chunk, [isOpen ? 1 : 0, '', '', ...useless]);
}

async function replaceLost(
  counting: Counting,
  { chunk, first, size }: Place & { readonly chunk: number },
  recount: Recount,
): Promise<void> {
  const fault = toFault('E_ROW_LOST', {});
  const lost: Outcome = { status: 'failed', fault };
  const rows = Array.from({ length: size }, (_, offset): Row => {
    const index = first + offset;
    // As in a plain file; the true number is lost as well.
    return { index, line: index + 2, cells: [], images: [], fault };
  });
  for (const row of rows) recount.add(row, lost);
  const packed = await Promise.all([packJson(rows), packJson(rows.map(() => lost))]);
  const open = rows.map(({ index }) => String(index));
  await mend(counting, chunk, [0, ...packed, ...open]);
}

async function mend(
  { store, batch, token }: Counting,
  chunk: number,
  change: readonly (number | string | Buffer)[],
): Promise<void> {
  const mended = await store.run(scripts.mend, batch.id, token, chunk, ...change);
  if (mended === 0) throw new Error(`the rows of batch ${batch.id} are counted by another process`);
}
