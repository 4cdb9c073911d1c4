// The step that gives a thread the results so far while its batch waits for a model server. It may run more
// than once for an outage: the delivery remembers by itself how far it got.

import type { Batch } from '../batch/batch.ts';
import type { FinishedRow, ResultFile } from '../batch/results.ts';
import type { Ledger } from './ports.ts';
import type { RunningBatch } from './run-row.ts';
import type { Step } from './step.ts';

export interface SoFarNeeds {
  readonly ledger: Pick<Ledger, 'readBatch' | 'readResults'>;
  openDirectory(batchId: string): Promise<{ readonly path: string } & AsyncDisposable>;
  writeSoFar(
    batch: RunningBatch,
    target: { directory: string; rows: AsyncIterable<readonly FinishedRow[]> },
  ): Promise<ResultFile>;
  /** Gives the file to the person, once an outage; resolves when that is certain, or refused for good. */
  deliverSoFar(
    batch: RunningBatch,
    file: ResultFile,
    outage: { readonly sinceMs: number; readonly signal: AbortSignal },
  ): Promise<void>;
  noteSoFar(batchId: string, outageMs: number): Promise<void>;
}

export function createSoFarStep(needs: SoFarNeeds): Step {
  return async (batchId, signal) => {
    const batch = toWaiting(await needs.ledger.readBatch(batchId));
    if (batch === undefined) return;
    const { sinceMs } = batch.pause;
    await using directory = await needs.openDirectory(batchId);
    const rows = toPending(needs.ledger.readResults(batchId));
    const file = await needs.writeSoFar(batch, { directory: directory.path, rows });
    await needs.deliverSoFar(batch, file, { sinceMs, signal });
    await needs.noteSoFar(batchId, sinceMs);
  };
}

type Waiting = RunningBatch & Required<Pick<Batch, 'pause'>>;

/** Undefined where it waits no longer, or was told already. */
function toWaiting(batch: Batch | undefined): Waiting | undefined {
  if (batch?.state !== 'paused' || batch.pause === undefined) return undefined;
  const { pause, recipe, table, soFarMs } = batch;
  const isForModel = pause.reason === 'model-away' || pause.reason === 'model-misconfigured';
  if (!isForModel || soFarMs === pause.sinceMs) return undefined;
  return recipe === undefined || table === undefined
    ? undefined
    : { ...batch, pause, recipe, table };
}

/** A row without an outcome comes as cancelled; this one may still be worked on. */
async function* toPending(
  chunks: AsyncIterable<readonly FinishedRow[]>,
): AsyncGenerator<readonly FinishedRow[]> {
  for await (const chunk of chunks) {
    yield chunk.map(({ row, outcome }) => ({
      row,
      outcome: outcome.status === 'cancelled' ? { status: 'pending' } : outcome,
    }));
  }
}
