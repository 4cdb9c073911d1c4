// Watches the model server while its endpoint is closed, and opens it when it answers. The endpoint's
// state is shared by all processes; each of them may watch, since opening twice does no harm.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PauseReason } from '../batch/batch.ts';
import type { Log } from '../logger.ts';

export interface WatchOptions {
  probe(signal: AbortSignal): Promise<'up' | 'away' | 'misconfigured'>;
  /** Whether the endpoint is closed, or batches are paused although it is not. */
  isWaitedFor(): Promise<boolean>;
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
  let isFirst = true;
  let failures = 0;
  while (!signal.aborted) {
    const seen = await look(options, isFirst);
    if (seen !== 'nothing') isFirst = false;
    failures = seen === 'open' ? 0 : failures + 1;
    await rest(toWatchWaitMs(failures, intervalMs, random()), signal);
  }
}

/** Milliseconds to the next look: 1, 1, 2, 4, then 5 intervals after so many looks in vain, spread by a
 *  quarter so that many processes do not knock at the same moment. `random` is from 0 to 1. */
export function toWatchWaitMs(failures: number, intervalMs: number, random: number): number {
  const backoff = failures === 0 ? 1 : Math.min(2 ** (failures - 1), maxBackoff);
  return intervalMs * backoff * (0.75 + random / 2);
}

type Seen = 'open' | 'closed' | 'nothing';

async function look(options: WatchOptions, isFirst: boolean): Promise<Seen> {
  const { signal, log } = options;
  try {
    const isWaitedFor = await options.isWaitedFor();
    if (!isWaitedFor && !isFirst) return 'open';
    const state = await options.probe(signal);
    if (state === 'up') {
      if (isWaitedFor) await options.open();
      if (isWaitedFor) log.info({}, 'the model server answers again');
      return 'open';
    }
    // The process that closed it before may have known more servers than there are now.
    if (isFirst) await options.close(toReason(state));
    return 'closed';
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, 'could not watch the model server');
    return 'nothing';
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
