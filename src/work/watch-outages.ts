// Looks after the batches while no model server can be used: after a while their threads get the results so
// far, after a long while they end; the operators are told when an outage begins and when it ends.

import type { OutageNews } from '../batch/outage.ts';
import type { Log } from '../logger.ts';
import { pause } from './pause.ts';

export interface OutageNeeds {
  readonly outages: {
    endWaiting(maxMs: number): Promise<readonly string[]>;
    findWaiting(afterMs: number): Promise<readonly string[]>;
    claimNews(times: {
      readonly quietMs: number;
      readonly heldMs: number;
    }): Promise<OutageNews | undefined>;
    confirmNews(news: OutageNews): Promise<void>;
  };
  /** Has the results so far given to the batch's thread; idempotent. Absent where there is no thread. */
  readonly giveSoFar?: ((batchId: string) => Promise<void>) | undefined;
  /** Absent where there is nobody to be told. */
  readonly tell?: ((news: OutageNews) => Promise<void>) | undefined;
  readonly log: Log;
}

export interface OutageTimes {
  /** How long batches wait for a model server before they end with what they have. */
  readonly maxMs: number;
  /** How long they wait before their threads get the results so far. */
  readonly soFarMs: number;
  /** How long an outage lasts before operators are told; a server that is started again takes less. */
  readonly quietMs: number;
  readonly lookEveryMs: number;
}

export const outageTimes: Omit<OutageTimes, 'maxMs'> = {
  soFarMs: 3_600_000,
  quietMs: 60_000,
  lookEveryMs: 5_000,
};

/** A process that has not told its news by then has died. */
const heldMs = 30_000;

/** Any number of processes may watch. */
export function watchOutages(needs: OutageNeeds, times: OutageTimes): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await look(needs, times).catch((error: unknown) => {
        needs.log.warn(
          { err: error },
          'batches that wait for a model server were not looked after',
        );
      });
      await pause(times.lookEveryMs, signal);
    }
  };
  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

async function look(needs: OutageNeeds, times: OutageTimes): Promise<void> {
  const { outages, giveSoFar, log } = needs;
  for (const batch of await outages.endWaiting(times.maxMs)) {
    log.warn({ batch }, 'a batch waited too long for a model server and ends with what it has');
  }
  if (giveSoFar !== undefined) {
    for (const batch of await outages.findWaiting(times.soFarMs)) await giveSoFar(batch);
  }
  await tellNews(needs, times);
}

async function tellNews(
  { outages, tell }: OutageNeeds,
  { quietMs }: Pick<OutageTimes, 'quietMs'>,
): Promise<void> {
  if (tell === undefined) return;
  const news = await outages.claimNews({ quietMs, heldMs });
  if (news === undefined) return;
  await tell(news);
  await outages.confirmNews(news);
}
