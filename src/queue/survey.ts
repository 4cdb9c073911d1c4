// How all batches and Redis itself are at a moment, for whoever watches: the same in every process.

import { z } from 'zod';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

/** Batches in one state, and for one reason where they are paused. */
export interface BatchGroup {
  /** As in batch.ts. */
  readonly state: string;
  /** Why they are paused; '' where they are not. */
  readonly reason: string;
  readonly batches: number;
  /** Rows without an outcome that nobody holds. */
  readonly pendingRows: number;
  /** Rows without an outcome that a worker holds. */
  readonly leasedRows: number;
  /** Since the rows of one of them wait, since it is read, or since its results wait to be delivered; 0 where
   *  nothing waits. */
  readonly longestWaitSeconds: number;
}

export interface Survey {
  readonly groups: readonly BatchGroup[];
  /** Leases that were taken back from workers that had died or stood still. */
  readonly leasesExpired: number;
  readonly rowsCancelled: number;
  /** `max` is 0 without a limit. */
  readonly memory: { readonly usedBytes: number; readonly maxBytes: number };
}

// Another version may know more states.
const group = z.tuple([z.string(), z.string(), z.number(), z.number(), z.number(), z.number()]);
const survey = readScript('survey', z.tuple([z.number(), z.number()], group));

/** Two commands, however many batches there are. */
export async function readSurvey(store: Pick<Store, 'redis' | 'run'>): Promise<Survey> {
  const [[leasesExpired, rowsCancelled, ...groups], info] = await Promise.all([
    store.run(survey),
    store.redis.info('memory'),
  ]);
  const memory = toMemory(info);
  return { groups: groups.map(toGroup), leasesExpired, rowsCancelled, memory };
}

function toGroup([state, reason, batches, pendingRows, leasedRows, ms]: z.infer<
  typeof group
>): BatchGroup {
  return { state, reason, batches, pendingRows, leasedRows, longestWaitSeconds: ms / 1000 };
}

function toMemory(info: string): Survey['memory'] {
  const read = (field: string): number =>
    Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { usedBytes: read('used_memory'), maxBytes: read('maxmemory') };
}
