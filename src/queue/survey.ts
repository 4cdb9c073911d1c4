// How all batches and Redis itself are at a moment, for whoever watches: the same in every process.

import { z } from 'zod';
import type { BatchGroup, SurveyReading } from '../batch/readings.ts';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

// Another version may know more states.
const group = z.tuple([z.string(), z.string(), z.number(), z.number(), z.number(), z.number()]);
const survey = readScript('survey', z.tuple([z.number(), z.number(), z.number()], group));

/** Two commands, however many batches there are. */
export async function readSurvey(store: Pick<Store, 'redis' | 'run'>): Promise<SurveyReading> {
  const [[leasesExpired, rowsCancelled, failedChecks, ...groups], info] = await Promise.all([
    store.run(survey),
    store.redis.info('memory'),
  ]);
  const memory = toMemory(info);
  return { groups: groups.map(toGroup), leasesExpired, rowsCancelled, failedChecks, memory };
}

function toGroup([state, reason, batches, pendingRows, leasedRows, ms]: z.infer<
  typeof group
>): BatchGroup {
  return { state, reason, batches, pendingRows, leasedRows, longestWaitSeconds: ms / 1000 };
}

function toMemory(info: string): SurveyReading['memory'] {
  const read = (field: string): number =>
    Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { usedBytes: read('used_memory'), maxBytes: read('maxmemory') };
}
