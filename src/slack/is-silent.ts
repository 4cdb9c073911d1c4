// Files that were not meant for Darkroom.

import type { Batch } from '../batch/batch.ts';

/** True while a file is read that is owed an answer, or that has turned out to be a table of pictures. */
export function isTaken({ drop, table }: Pick<Batch, 'drop' | 'table'>): boolean {
  return drop.addressed || table !== undefined;
}

/** True for a batch that was put aside without a word: nobody is told of it anywhere. */
export function isSilent({ state, fault }: Pick<Batch, 'state' | 'fault'>): boolean {
  return state === 'refused' && fault === undefined;
}
