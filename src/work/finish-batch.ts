// The finish step: outcomes become results files, the files are delivered, the batch ends.
//
// It may run more than once for a batch: the files come out the same, and delivery remembers by
// itself how far it got, so nothing is delivered twice.
//
// What does not add up is never delivered: the rows are counted anew, those that are missing run again, and the
// batch comes back here. One that is still wrong then stays, for whoever runs the bot.

import { isConserved, type Batch, type Drop } from '../batch/batch.ts';
import { DamageError } from '../batch/damage.ts';
import type { FinishedRow, WrittenResults } from '../batch/results.ts';
import type { Outcome } from '../batch/row.ts';
import type { Fault } from '../errors.ts';
import type { Log } from '../logger.ts';
import type { Ledger } from './ports.ts';
import type { RunningBatch } from './run-row.ts';
import type { Step } from './step.ts';

export interface FinishNeeds {
  readonly ledger: Ledger;
  readonly log: Log;
  /** A directory of the batch's own, removed when it is disposed. */
  openDirectory(batchId: string): Promise<{ readonly path: string } & AsyncDisposable>;
  writeResults(
    batch: RunningBatch,
    target: { directory: string; rows: AsyncIterable<readonly FinishedRow[]> },
  ): Promise<WrittenResults>;
  /** Removes the dropped files from this machine's disk. */
  removeFiles(drop: Drop): Promise<void>;
  /** Gives the files to the person; resolves when that is certain. */
  deliver(batch: RunningBatch, results: WrittenResults, signal: AbortSignal): Promise<void>;
}

export function createFinishStep(needs: FinishNeeds): Step {
  return async (batchId, signal) => {
    const batch = await needs.ledger.readBatch(batchId);
    if (batch?.state !== 'finishing') return;
    try {
      await finish(batch, needs, signal);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      await recheck(batch, error, needs);
    }
  };
}

async function finish(batch: Batch, needs: FinishNeeds, signal: AbortSignal): Promise<void> {
  const { ledger, log } = needs;
  const { id, counts, sums } = batch;
  const finished = toFinished(batch);
  await using directory = await needs.openDirectory(id);
  const seen = { done: 0, failed: 0, cancelled: 0 };
  const rows = withReason(countRows(ledger.readResults(id), seen), batch.fault);
  const results = await needs.writeResults(finished, { directory: directory.path, rows });
  checkWritten(results, seen, batch);
  await needs.deliver(finished, results, signal);
  await ledger.end(id);
  await needs.removeFiles(batch.drop);
  log.info({ batch: id, counts, sums }, 'a batch was delivered');
}

/** Rejects with the damage where that was done too often. */
async function recheck(
  { id, counts }: Batch,
  damage: DamageError,
  { ledger, log }: FinishNeeds,
): Promise<void> {
  log.error({ err: damage, batch: id, counts }, 'the rows of a batch do not add up');
  const rows = await ledger.recheck(id);
  if (rows === undefined) throw damage;
  log.error(
    { batch: id, rows },
    'the rows of a batch were counted anew; those that lacked an outcome run again',
  );
}

type Seen = Record<Outcome['status'], number>;

/** Counts what becomes of the rows that pass, each of which has to come once and in its place. */
async function* countRows(
  chunks: AsyncIterable<readonly FinishedRow[]>,
  seen: Seen,
): AsyncGenerator<readonly FinishedRow[]> {
  let next = 0;
  for await (const chunk of chunks) {
    for (const { row, outcome } of chunk) {
      if (row.index !== next) throw new DamageError(`row ${row.index} came in place of ${next}`);
      next += 1;
      if (outcome.status !== 'pending') seen[outcome.status] += 1;
    }
    yield chunk;
  }
}

/** Rows that are not done in a batch that could not go on say why. */
async function* withReason(
  chunks: AsyncIterable<readonly FinishedRow[]>,
  fault: Fault | undefined,
): AsyncGenerator<readonly FinishedRow[]> {
  for await (const chunk of chunks) {
    yield fault === undefined ? chunk : chunk.map((finished) => explain(finished, fault));
  }
}

function explain(finished: FinishedRow, fault: Fault): FinishedRow {
  if (finished.outcome.status !== 'cancelled') return finished;
  return { row: finished.row, outcome: { status: 'cancelled', fault } };
}

/** The batch as one whose rows are all accounted for; anything else must never be posted as finished. */
function toFinished(batch: Batch): RunningBatch {
  const { counts, recipe, table, summary } = batch;
  if (recipe === undefined || table === undefined || summary === undefined) {
    throw new Error(`batch ${batch.id} is to be finished, but was never read`);
  }
  const isWhole = isConserved(counts) && counts.total === summary.rows;
  if (!isWhole || counts.pending > 0 || counts.running > 0) {
    throw toDamage(batch, 'its rows do not add up');
  }
  return { ...batch, recipe, table };
}

/** What is posted must be what was counted. */
function checkWritten({ rows, unfinished }: WrittenResults, seen: Seen, batch: Batch): void {
  const { total, done, failed, cancelled } = batch.counts;
  const isCounted = seen.done === done && seen.failed === failed && seen.cancelled === cancelled;
  if (isCounted && rows === total && rows - unfinished === done) return;
  const found = `${seen.done} done, ${seen.failed} failed, ${seen.cancelled} cancelled`;
  throw toDamage(batch, `${rows} rows were written, ${unfinished} of them not done: ${found}`);
}

function toDamage({ id, counts }: Batch, what: string): DamageError {
  return new DamageError(`batch ${id} is to be finished, but ${what}: ${JSON.stringify(counts)}`);
}
