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

/** Renews it until disposed; it then ends by itself within 8 seconds. */
export function holdClaim(id: string, { memory, log }: ClaimNeeds, as?: string): Disposable {
  const timer = setInterval(() => {
    memory.claimSpeaker(id, claimTtlMs, as).catch((error: unknown) => {
      log.warn({ err: error, batch: id }, 'the right to speak could not be renewed');
    });
  }, renewEveryMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
