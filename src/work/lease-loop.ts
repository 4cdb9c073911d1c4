// Leases chunks for as long as a batch can use more rows in this process.

import { randomUUID } from 'node:crypto';
import type { Lease } from '../batch/lease.ts';
import { pause } from './pause.ts';
import type { Log } from '../logger.ts';
import type { Ledger } from './ports.ts';

export interface LeaseLoopOptions {
  readonly ledger: Pick<Ledger, 'lease'>;
  readonly log: Log;
  /** How long to wait when there was nothing to lease; less if woken. */
  readonly idleMs: number;
  /** The batches that need no more rows here now. */
  sated(): readonly string[];
  /** False where the lease was of no use. */
  onLease(lease: Lease): Promise<boolean>;
}

export interface LeaseLoop {
  /** Resolves some time after the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** There may be something to lease. */
  wake(): void;
}

/** Between two looks that find nothing, however often the loop is woken. */
const leastIdleMs = 20;

export function createLeaseLoop(options: LeaseLoopOptions): LeaseLoop {
  const { idleMs, log } = options;
  const worker = randomUUID();
  let nap = new AbortController();
  /** Batches whose leases were of no use since it last ran dry: they must not keep it from the others. */
  const useless = new Set<string>();

  const leaseOne = async (): Promise<boolean> => {
    try {
      const lease = await options.ledger.lease(worker, [...options.sated(), ...useless]);
      if (lease === undefined) useless.clear();
      else if (!(await options.onLease(lease))) useless.add(lease.batchId);
      return lease !== undefined;
    } catch (error) {
      log.warn({ err: error }, 'no chunk could be leased');
      return false;
    }
  };

  return {
    async run(signal) {
      while (!signal.aborted) {
        // From before the look: what comes meanwhile is not missed.
        nap = new AbortController();
        if (await leaseOne()) continue;
        await pause(Math.min(leastIdleMs, idleMs), signal);
        await pause(idleMs, AbortSignal.any([signal, nap.signal]));
      }
    },
    wake: () => nap.abort(),
  };
}
