// Waiting that can be broken off, and the waits between tries.

import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves after `ms`, or as soon as the signal aborts; never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** What the promise gives, or undefined as soon as the signal aborts; what it stands for goes on. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Milliseconds before try number `attempt` + 1: 1, 2, 4, 8 s with up to half of it taken off at random,
 *  so that rows that failed together do not come back together. A server's own wish goes first. */
export function toBackoffMs(attempt: number, afterMs = 0, random = Math.random): number {
  const full = Math.min(1000 * 2 ** (attempt - 1), 8000);
  return Math.max(afterMs, full * (1 - random() / 2));
}
