// Which batches wait for room on a disk, for their threads to say so.

import { z } from 'zod';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const script = readScript('note-disk', z.number());

/** Whether the disk that the batch needs just now is full. Idempotent; the batch knows since when. */
export type NoteDisk = (batchId: string, isFull: boolean) => Promise<void>;

export function createNoteDisk(store: Store): NoteDisk {
  return async (batchId, isFull) => {
    await store.run(script, batchId, isFull ? '1' : '');
  };
}
