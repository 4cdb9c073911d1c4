// The worker: leases chunks, prepares their rows ahead and has them asked in turn, and gives back what it
// cannot finish.

import { createHeldChunks } from './held-chunks.ts';
import { createLeaseLoop } from './lease-loop.ts';
import { createOpenChunks } from './open-chunks.ts';
import { createPipeline, pipelineDefaults, type PipelineLimits } from './pipeline.ts';
import type { RowNeeds } from './run-row.ts';

export interface RowWorkerOptions extends PipelineLimits {
  /** How often leases are renewed; under a third of their life. */
  readonly renewMs: number;
  /** How long to wait when there was nothing to lease. */
  readonly idleMs: number;
}

export const rowWorkerDefaults: RowWorkerOptions = {
  ...pipelineDefaults,
  renewMs: 2500,
  idleMs: 400,
};

export interface RowWorker {
  start(): void;
  /** Leases nothing more, lets requests under way end within `graceMs`, and gives the rest back. */
  stop(graceMs: number): Promise<void>;
}

export function createRowWorker(needs: RowNeeds, options = rowWorkerDefaults): RowWorker {
  const { ledger, log } = needs;
  const stopping = new AbortController();
  const ended = new AbortController();
  const held = createHeldChunks(needs, options.renewMs);
  const pipeline = createPipeline(options, () => leases.wake());
  const chunks = createOpenChunks({ needs, held, pipeline, onNext: () => leases.wake() });
  const leases = createLeaseLoop({
    ledger,
    log,
    idleMs: options.idleMs,
    sated: pipeline.sated,
    onLease: chunks.open,
  });
  ledger.onChanged(leases.wake);
  let loops: readonly Promise<void>[] = [];

  return {
    start() {
      loops = [leases.run(stopping.signal), held.keepAlive(ended.signal)];
    },
    async stop(graceMs) {
      stopping.abort();
      held.dropUnsent();
      const timer = setTimeout(() => held.abortAll(), graceMs);
      await loops[0];
      await chunks.settled();
      clearTimeout(timer);
      ended.abort();
      await Promise.all(loops);
    },
  };
}
