// The finish step: outcomes become results files, the files are delivered, the batch ends.
//
// It may run more than once for a batch: the files come out the same, and delivery remembers by
// itself how far it got, so nothing is delivered twice.

import { isConserved, type Batch, type Drop } from '../batch/batch.ts';
import type { FinishedRow, WrittenResults } from '../batch/results.ts';
import type { RunningBatch } from './run-row.ts';
import type { Fault } from '../errors.ts';
import type { Log } from '../logger.ts';
import type { Ledger } from './ports.ts';

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

export function createFinishStep(
  needs: FinishNeeds,
): (batchId: string, signal: AbortSignal) => Promise<void> {
  return async (batchId, signal) => {
    const batch = await needs.ledger.readBatch(batchId);
    if (batch?.state !== 'finishing') return;
    const finished = toFinished(batch);
    await using directory = await needs.openDirectory(batchId);
    const rows = withReason(needs.ledger.readResults(batchId), batch.fault);
    const results = await needs.writeResults(finished, { directory: directory.path, rows });
    checkWritten(results, batch);
    await needs.deliver(finished, results, signal);
    await needs.ledger.end(batchId);
    await needs.removeFiles(batch.drop);
    const { counts, sums } = batch;
    needs.log.info({ batch: batchId, counts, sums }, 'a batch was delivered');
  };
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
  const { counts, recipe, table } = batch;
  if (!isConserved(counts) || counts.pending > 0 || counts.running > 0) {
    throw toDamage(batch, 'its rows do not add up');
  }
  if (recipe === undefined || table === undefined) {
    throw new Error(`batch ${batch.id} is to be finished, but was never read`);
  }
  return { ...batch, recipe, table };
}

/** What is posted must be what was counted. */
function checkWritten({ rows, unfinished }: WrittenResults, batch: Batch): void {
  const { total, done } = batch.counts;
  if (rows === total && rows - unfinished === done) return;
  throw toDamage(batch, `${rows} rows were written, ${unfinished} of them not done`);
}

/** The state of the batch is wrong, which only whoever runs the bot can mend; every try of the step logs it as an
 *  error. */
function toDamage({ id, counts }: Batch, what: string): Error {
  return new Error(`batch ${id} is to be finished, but ${what}: ${JSON.stringify(counts)}`);
}
