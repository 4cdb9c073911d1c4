// Files that were not meant for Darkroom.

import type { Batch } from '../batch/batch.ts';

/** True for a batch that was put aside without a word: nobody is told of it anywhere. */
export function isSilent({ state, fault }: Pick<Batch, 'state' | 'fault'>): boolean {
  return state === 'refused' && fault === undefined;
}
