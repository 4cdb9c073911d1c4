// Waiting for something that has to be asked for.

import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 100;

/** True as soon as the probe is; false after `withinMs`. A probe that rejects counts as not yet. */
export async function waitUntil(
  probe: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (;;) {
    const holds = await Promise.resolve()
      .then(probe)
      .catch(() => false);
    if (holds) return true;
    if (performance.now() > end) return false;
    await pause(lookEveryMs);
  }
}
