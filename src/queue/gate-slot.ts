// One job's way through the limiter: waiting, then running in a slot, or given up.

import type Bottleneck from 'bottleneck';
import { toError } from '../errors.ts';
import { GateUnavailable } from './gate-unavailable.ts';

export interface SlotJob<T> {
  /** A whole number from 1 to 8. */
  readonly weight: number;
  readonly expirationMs: number;
  readonly signal: AbortSignal;
  readonly work: () => Promise<T>;
  /** Called once, when it no longer waits. */
  readonly onLeft: () => void;
  /** The slot failed while the work went on. */
  readonly onError: (error: unknown) => void;
}

/** Settles as the work does, however the limiter fares meanwhile. The work is begun at most once. */
export function runInSlot<T>(limiter: Bottleneck, job: SlotJob<T>): Promise<T> {
  const { signal, weight, expirationMs: expiration } = job;
  return new Promise<T>((resolve, reject) => {
    let state: 'waiting' | 'running' | 'given-up' = 'waiting';
    const leave = (next: typeof state): void => {
      state = next;
      signal.removeEventListener('abort', giveUp);
      job.onLeft();
    };
    const giveUp = (): void => {
      leave('given-up');
      reject(toError(signal.reason));
    };
    const run = async (): Promise<void> => {
      // Given up while it waited: the slot is free again at once.
      if (state !== 'waiting') return;
      leave('running');
      await job.work().then(resolve, reject);
    };
    const onFailed = (error: unknown): void => {
      if (state === 'running') job.onError(error);
      if (state !== 'waiting') return;
      leave('given-up');
      reject(new GateUnavailable({ cause: error }));
    };
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp);
    limiter.schedule({ weight, expiration }, run).catch(onFailed);
  });
}
