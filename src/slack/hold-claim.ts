// Keeps a right that was claimed until it is no longer needed.

import type { Logger } from '../logger.ts';
import type { ThreadMemory } from './thread-memory.ts';

export interface ClaimNeeds {
  readonly memory: Pick<ThreadMemory, 'claimSpeaker'>;
  readonly log: Logger;
}

/** The right outlives a process that died by no more than this. */
export const claimTtlMs = 8_000;
const renewEveryMs = 2_500;

export interface HeldClaim extends Disposable {
  /** Another process may have had it since: Redis or this one stood still for too long. */
  wasLost(): boolean;
}

/** Renews what was claimed just now until disposed; it then ends by itself within 8 seconds. */
export function holdClaim(id: string, { memory, log }: ClaimNeeds, as?: string): HeldClaim {
  let untilMs = performance.now() + claimTtlMs;
  let isLost = false;
  const wasLost = (): boolean => (isLost ||= performance.now() > untilMs);
  const renew = async (): Promise<void> => {
    const askedMs = performance.now();
    const isHeld = await memory.claimSpeaker(id, claimTtlMs, as);
    if (wasLost() || !isHeld) isLost = true;
    untilMs = askedMs + claimTtlMs;
  };
  const timer = setInterval(() => {
    renew().catch((error: unknown) => {
      log.warn({ err: error, batch: id }, 'the right to speak could not be renewed');
    });
  }, renewEveryMs);
  return { wasLost, [Symbol.dispose]: () => clearInterval(timer) };
}
