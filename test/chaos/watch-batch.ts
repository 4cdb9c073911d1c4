// Looks at one batch the whole time: how far it is, when outcomes came, how leases and slots changed
// hands.

import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from '../../src/sandbox/workspace/person-messages.ts';
import type { ChaosWorld } from './chaos-world.ts';
import type { Counts } from './ledger-view.ts';
import { findResults } from './read-histories.ts';
import { waitUntil } from './wait-until.ts';

export interface BatchWatch extends AsyncDisposable {
  readonly place: Place;
  /** Undefined until the bot has recorded the drop. */
  id(): string | undefined;
  counts(): Counts | undefined;
  /** Rows with an outcome. */
  finished(): number;
  /** Settles when so many rows have an outcome, or results are posted. Rejects after `withinMs`. */
  reached(rows: number, withinMs?: number): Promise<void>;
  /** Seconds from `ms` (performance.now()) until the next outcome was seen, or results were posted; 0 where
   *  they had been before, undefined where nothing came within `withinMs`. */
  recoveredAfter(ms: number, withinMs: number): Promise<number | undefined>;
  /** Settles with true when results are posted, and with false after `withinMs`. */
  delivered(withinMs: number): Promise<boolean>;
}

const lookEveryMs = 100;

export function watchBatch(world: ChaosWorld, place: Place): BatchWatch {
  let id: string | undefined;
  let counts: Counts | undefined;
  let finished = 0;
  let posted = 0;
  /** performance.now() of each look that found more outcomes, or results. */
  const advances: number[] = [];
  const ended = new AbortController();

  const look = async (): Promise<void> => {
    id ??= await findBatch(world, place);
    counts = (id === undefined ? undefined : await world.ledger.counts(id)) ?? counts;
    const sum = counts === undefined ? 0 : counts.done + counts.failed + counts.cancelled;
    const files = findResults(world, place).length;
    if (sum > finished || files > posted) advances.push(performance.now());
    finished = Math.max(finished, sum);
    posted = files;
  };
  const looking = keepLooking(look, ended.signal);

  return {
    place,
    id: () => id,
    counts: () => counts,
    finished: () => finished,
    async reached(rows, withinMs = 120_000) {
      if (await waitUntil(() => finished >= rows || posted > 0, withinMs)) return;
      throw new Error(`after ${withinMs} ms ${finished} of ${rows} rows had an outcome`);
    },
    async recoveredAfter(ms, withinMs) {
      if (posted > 0) return 0;
      const next = () => advances.find((at) => at > ms);
      await waitUntil(() => next() !== undefined, withinMs);
      const at = next();
      return at === undefined ? undefined : (at - ms) / 1000;
    },
    delivered: (withinMs) => waitUntil(() => posted > 0, withinMs),
    async [Symbol.asyncDispose]() {
      ended.abort();
      await looking;
    },
  };
}

/** While Redis is away there is nothing to see. */
async function keepLooking(look: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await look().catch(() => undefined);
    await pause(lookEveryMs);
  }
}

/** The newest batch that answers in this thread. */
async function findBatch({ ledger }: ChaosWorld, { ts }: Place): Promise<string | undefined> {
  for (const id of (await ledger.batchIds()).toReversed()) {
    const drop = await ledger.redis.hget(`chaos:batch:${id}:record`, 'drop');
    if (drop?.includes(`"${ts}"`) === true) return id;
  }
  return undefined;
}
