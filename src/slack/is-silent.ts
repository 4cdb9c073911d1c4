// Batches that are not talked about: files that were not meant for Darkroom, and what only one person is told.

import type { Batch } from '../batch/batch.ts';
import type { Fault } from '../errors.ts';

/** True while a file is read that is owed an answer, or that has turned out to be a table of pictures. */
export function isTaken({ drop, table }: Pick<Batch, 'drop' | 'table'>): boolean {
  return drop.addressed || table !== undefined;
}

const privateCodes: ReadonlySet<string> = new Set([
  'E_START_GUEST',
  'E_START_STRANGER',
  'E_START_SHARED',
]);

/** True for a refusal that only the person who asked is told. */
export function isPrivate({ code }: Pick<Fault, 'code'>): boolean {
  return privateCodes.has(code);
}

/** True for a batch of which nobody is told anywhere (any more): commands do not know it. */
export function isSilent({ state, fault }: Pick<Batch, 'state' | 'fault'>): boolean {
  return state === 'refused' && (fault === undefined || isPrivate(fault));
}
