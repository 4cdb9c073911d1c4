// When rows, and the loop that leases them, count as standing still in a worker.

import type { RowActivity } from './row-activity.ts';
import type { ServerReading, SurveyReading } from '../batch/readings.ts';
import type { Watched } from './watchdog.ts';

export interface RowFacts {
  readonly activity: Pick<RowActivity, 'moves' | 'looks' | 'held' | 'inFlight'>;
  /** The longest that one request to a model server may take, ms. */
  readonly requestTimeoutMs: number;
  /** How long nothing may move beyond that: pictures, tries and the waits between them. Default 10 min. */
  readonly stallMs?: number;
  /** Undefined while they cannot be read. */
  survey(): Promise<SurveyReading | undefined>;
  servers(): Promise<readonly ServerReading[] | undefined>;
}

/** The loop comes around several times a second. */
const loopStallMs = 2 * 60_000;

/** So much room lets any row pass a gate. */
const largestWeight = 8;

export function toWatchedRows(facts: RowFacts): readonly Watched[] {
  const { activity, requestTimeoutMs, stallMs = 10 * 60_000 } = facts;
  return [
    {
      trouble: 'rows wait and a model server is open, but this process has begun and ended nothing',
      stallMs: requestTimeoutMs + stallMs,
      moves: activity.moves,
      isDue: async () => (await hasRows(facts)) && (await canSend(facts)),
    },
    {
      trouble: 'this process has not looked for rows',
      stallMs: loopStallMs,
      moves: activity.looks,
      isDue: async () => true,
    },
  ];
}

/** Rows that only others hold are theirs. */
async function hasRows({ activity, survey }: RowFacts): Promise<boolean> {
  if (activity.held() > 0) return true;
  const groups = (await survey())?.groups ?? [];
  return groups.some(({ state, pendingRows }) => state === 'running' && pendingRows > 0);
}

/** A gate that others have filled is no fault of this process. */
async function canSend({ activity, servers }: RowFacts): Promise<boolean> {
  const open = ((await servers()) ?? []).filter((server) => server.open);
  if (open.length === 0) return false;
  const hasRoom = open.some(({ gate }) => gate.budget - gate.inFlight >= largestWeight);
  return hasRoom || activity.inFlight() > 0;
}
