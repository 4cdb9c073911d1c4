// How long batches will still take: from their own speed once there is one, before that from the
// speed of the last batches.

import { hasEnded, type Batch } from '../../batch/batch.ts';
import {
  addSample,
  toRowsPerSecond,
  toSecondsLeft,
  type ProgressSample,
} from '../../batch/progress.ts';
import type { Desk } from '../desk.ts';

export interface TimeLeft {
  /** Takes note of where the batch is; seconds until its last row, or undefined while it cannot be told. */
  note(batch: Batch): Promise<number | undefined>;
  forget(batchId: string): void;
}

type RateDesk = Pick<Desk, 'readRate' | 'writeRate'>;

/** Below this many rows a batch is too short to say anything about the next one. */
const tellingRows = 20;

/** Rows from the cache take no time at the model, so a batch with more of them than this tells nothing either. */
const tellingCachedShare = 0.1;

async function keepRate(
  batch: Batch,
  samples: readonly ProgressSample[],
  desk: RateDesk,
): Promise<void> {
  const { counts, sums } = batch;
  if (counts.total < tellingRows || sums.cachedRows > counts.total * tellingCachedShare) return;
  const rate = toRowsPerSecond(samples);
  if (rate !== undefined) await desk.writeRate(rate);
}

export function createTimeLeft(desk: RateDesk): TimeLeft {
  const seen = new Map<string, readonly ProgressSample[]>();
  return {
    async note(batch) {
      const before = seen.get(batch.id) ?? [];
      if (hasEnded(batch)) {
        await keepRate(batch, before, desk);
        return undefined;
      }
      if (batch.state !== 'running' && batch.state !== 'paused') return undefined;
      const { done, failed, pending, running } = batch.counts;
      const sample = {
        atMs: performance.now(),
        finished: done + failed,
        paused: batch.state === 'paused',
      };
      const samples = addSample(before, sample);
      seen.set(batch.id, samples);
      const own = toSecondsLeft(samples, batch.counts);
      if (own !== undefined) return own;
      const rate = await desk.readRate();
      return rate === undefined || rate <= 0 ? undefined : (pending + running) / rate;
    },
    forget: (batchId) => void seen.delete(batchId),
  };
}
