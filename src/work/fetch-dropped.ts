// The files of a drop onto this machine's disk, and which drops are left without a word.

import type { Batch, Drop } from '../batch/batch.ts';
import type { SortedFile } from '../batch/spooled-file.ts';
import { fail, UserError } from '../errors.ts';
import { isNoSpace } from './outage-error.ts';

/** A file that nobody meant for Darkroom. */
export class NotMeantError extends Error {}

export interface FetchNeeds {
  /** The dropped files on this machine's disk, in the drop's order, until they are removed. */
  fetchFiles(drop: Drop, signal: AbortSignal): Promise<readonly SortedFile[]>;
}

/** Slack tells of some files only their id, so that it comes out here what kind they are. Throws UserError where
 *  they cannot be had, NotMeantError where nobody is to hear of it. */
export async function fetchDropped(
  { drop }: Pick<Batch, 'drop'>,
  needs: FetchNeeds,
  signal: AbortSignal,
): Promise<readonly SortedFile[]> {
  try {
    const files = await needs.fetchFiles(drop, signal);
    const isPastime = !drop.addressed && files.every(({ kind }) => kind === 'picture');
    if (isPastime) throw new NotMeantError('loose pictures');
    return files;
  } catch (error) {
    const isUseless = error instanceof UserError && error.fault.code === 'E_FILE_NOT_TABLE';
    if (isUseless && !drop.addressed) throw new NotMeantError('no table', { cause: error });
    if (isNoSpace(error)) fail('E_DISK_FULL', {}, { cause: error });
    throw error;
  }
}
