// The read step of a batch that works on another's unfinished rows again: the rows and what became of them are
// carried over from the other batch's chunks in the ledger. Pictures that were dropped are downloaded again; tables
// are, and are parsed again, only where the ledger has lost rows.
//
// The other batch has ended, so that its outcomes are final: the step may be repeated, and overwrites. Nothing
// runs before `startRunning`, which also notes at the other batch that it was retried.

import { hasEnded, type Batch, type BatchPlan, type Drop } from '../batch/batch.ts';
import type { FinishedRow } from '../batch/results.ts';
import type { DoneOutcome } from '../batch/row.ts';
import { hasPictures } from '../batch/table.ts';
import { fail } from '../errors.ts';
import { audit, type Log } from '../logger.ts';
import { admitBatch, type AdmissionNeeds } from './admit-batch.ts';
import { fetchDropped } from './fetch-dropped.ts';
import { claimFingerprint, type FingerprintNeeds } from './fingerprint.ts';
import type { Ledger } from './ports.ts';
import { rereadRows, type RereadNeeds } from './reread-rows.ts';

export interface RetryNeeds extends AdmissionNeeds, RereadNeeds, FingerprintNeeds {
  readonly ledger: Ledger;
  readonly log: Log;
  removeFiles(drop: Drop): Promise<void>;
  /** Throws UserError where Redis or the disk cannot hold it. */
  ensureRoom(size: { readonly tableBytes: number; readonly rows?: number }): Promise<void>;
  /** The model that will be asked, as far as it is known. */
  findModel(): Promise<string | undefined>;
}

export interface Retry {
  readonly batch: Batch;
  readonly retryOf: Required<Drop>['retryOf'];
}

/** Throws UserError where the other batch is gone or the rows may not be worked on. */
export async function retryBatch(
  { batch, retryOf }: Retry,
  needs: RetryNeeds,
  signal: AbortSignal,
): Promise<void> {
  const { ledger, log } = needs;
  const other = await ledger.readBatch(retryOf.id);
  const plan = toPlan(other);
  if (plan === undefined) fail('E_RETRY_GONE', { id: retryOf.id });
  const { fingerprint } = other ?? {};
  if (fingerprint !== undefined) await claimFingerprint(batch, fingerprint, needs);
  await using stack = new AsyncDisposableStack();
  if (hasPictures(plan.summary)) {
    stack.defer(() => needs.removeFiles(batch.drop));
    // All its rows would fail without them, so that is said at once.
    await fetchDropped(batch, needs, signal);
  }
  await needs.ensureRoom({ tableBytes: 0, rows: plan.summary.rows });
  const { carriedRows, hasLost } = await carry(retryOf.id, { to: batch.id, ledger, signal });
  if (hasLost) {
    stack.defer(() => needs.removeFiles(batch.drop));
    await rereadRows({ ...batch, fileHash: plan.fileHash }, needs, signal);
  }
  const rows = plan.summary.rows - carriedRows;
  const admission = await admitBatch(batch, rows, needs);
  const model = await needs.findModel();
  if (!(await ledger.startRunning(batch.id, { ...plan, carriedRows }, admission))) return;
  // Rows read their pictures from the files; the batch's end removes them.
  if (hasPictures(plan.summary)) stack.move();
  const { fileHash } = plan;
  const started = { ...batch, fileHash, ...(model === undefined ? {} : { model }) };
  audit(log, { event: 'retry', batch: started, by: retryOf.by, rows });
}

/** Undefined where what it was read into is no longer known. */
function toPlan(other: Batch | undefined): BatchPlan | undefined {
  if (other === undefined || !hasEnded(other)) return undefined;
  const { table, summary, recipe, fileHash, textIgnored = false } = other;
  const isRead = table && summary && recipe && fileHash !== undefined;
  return isRead ? { table, summary, recipe, fileHash, textIgnored } : undefined;
}

interface Carrying {
  readonly to: string;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}

interface Carried {
  readonly carriedRows: number;
  /** Some are not what was in the file. */
  readonly hasLost: boolean;
}

async function carry(from: string, { to, ledger, signal }: Carrying): Promise<Carried> {
  let chunk = 0;
  let carriedRows = 0;
  let hasLost = false;
  for await (const finished of ledger.readResults(from)) {
    signal.throwIfAborted();
    const outcomes = finished.map(toDone);
    await ledger.writeChunk(
      to,
      chunk,
      finished.map(({ row }) => row),
    );
    await ledger.carryOutcomes(to, chunk, outcomes);
    carriedRows += outcomes.filter((outcome) => outcome !== undefined).length;
    hasLost ||= finished.some(({ row }) => row.fault?.code === 'E_ROW_LOST');
    chunk += 1;
  }
  return { carriedRows, hasLost };
}

function toDone({ outcome }: FinishedRow): DoneOutcome | undefined {
  return outcome.status === 'done' ? outcome : undefined;
}
