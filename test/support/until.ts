// Waiting for something to become true, and saying what it was when it does not.

import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 15;
const patienceMs = 60_000;

/** Settles with the first answer of `probe` that is neither undefined nor false. Rejects with `what` after 60 s,
 *  or `withinMs`. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false,
  withinMs = patienceMs,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`This did not happen in ${withinMs} ms: ${what}`);
    await pause(lookEveryMs);
  }
}
