// Watches the model server while its endpoint is closed, and opens it when it answers. The endpoint's
// state is shared by all processes; each of them may watch, since opening twice does no harm.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PauseReason } from '../batch/batch.ts';
import type { Log } from '../logger.ts';

export interface WatchOptions {
  probe(signal: AbortSignal): Promise<'up' | 'away' | 'misconfigured'>;
  isClosed(): Promise<boolean>;
  open(): Promise<void>;
  close(reason: PauseReason): Promise<void>;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Between looks at the endpoint, and the first wait after a probe in vain; doubled up to 5 times it. */
  readonly intervalMs?: number;
  readonly random?: () => number;
}

const maxBackoff = 5;

/**
 * Asks once at the start, so that batches wait for a server that is not there yet, and closes the
 * endpoint if so. Resolves when the signal aborts, never rejects: trouble with the shared state is
 * logged and tried again.
 */
export async function watchServer(options: WatchOptions): Promise<void> {
  const { signal, intervalMs = 1000, random = Math.random } = options;
  let mustProbe = true;
  let failures = 0;
  while (!signal.aborted) {
    const done = await look(options, mustProbe);
    if (done) mustProbe = false;
    failures = done ? 0 : failures + 1;
    await rest(toWatchWaitMs(failures, intervalMs, random()), signal);
  }
}

/** Milliseconds to the next look: 1, 1, 2, 4, then 5 intervals after so many looks in vain, spread by a
 *  quarter so that many processes do not knock at the same moment. `random` is from 0 to 1. */
export function toWatchWaitMs(failures: number, intervalMs: number, random: number): number {
  const backoff = failures === 0 ? 1 : Math.min(2 ** (failures - 1), maxBackoff);
  return intervalMs * backoff * (0.75 + random / 2);
}

/** True when the endpoint is open as far as is known. */
async function look(options: WatchOptions, mustProbe: boolean): Promise<boolean> {
  const { signal, log } = options;
  try {
    const closed = await options.isClosed();
    if (!closed && !mustProbe) return true;
    const state = await options.probe(signal);
    if (state === 'up') {
      if (closed) await options.open();
      if (closed) log.info({}, 'the model server answers again');
      return true;
    }
    if (!closed) await options.close(toReason(state));
    return false;
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, 'could not watch the model server');
    return false;
  }
}

function toReason(state: 'away' | 'misconfigured'): PauseReason {
  return state === 'away' ? 'model-away' : 'model-misconfigured';
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
