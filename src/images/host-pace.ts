// How many fetches a picture host gets at once: 8 to begin with, one more after each full round of
// good answers up to 32, half after 429, a server error or a timeout, never below 1.

import { createSlots, type Slots } from './slots.ts';

const startLimit = 8;
export const maxFetchesPerHost = 32;
/** Idle hosts beyond this number are forgotten, the longest unused first. */
const rememberedHosts = 1000;

export interface HostPaces {
  /** Waits for a place at the host. Rejects with the signal's reason while waiting. */
  enter(host: string, signal: AbortSignal): Promise<HostPlace>;
}

export interface HostPlace {
  /** Gives the place back; once. `strained`: the host answered with overload or not in time. */
  leave(strained: boolean): void;
}

interface Pace {
  readonly slots: Slots;
  limit: number;
  /** Good answers since the limit last changed. */
  good: number;
  /** Counts the halvings: requests that started before one say nothing about the new limit. */
  epoch: number;
}

export function createHostPaces(): HostPaces {
  const paces = new Map<string, Pace>();

  const paceOf = (host: string): Pace => {
    const pace = paces.get(host) ?? {
      slots: createSlots(startLimit),
      limit: startLimit,
      good: 0,
      epoch: 0,
    };
    // Set again so that the map's order is the order of last use.
    paces.delete(host);
    paces.set(host, pace);
    if (paces.size > rememberedHosts) forgetIdle(paces);
    return pace;
  };

  return {
    async enter(host, signal) {
      const pace = paceOf(host);
      await pace.slots.acquire(signal);
      const { epoch } = pace;
      return {
        leave(strained) {
          if (epoch === pace.epoch) adapt(pace, strained);
          pace.slots.release();
        },
      };
    },
  };
}

function adapt(pace: Pace, strained: boolean): void {
  if (strained) {
    pace.epoch += 1;
    setLimit(pace, Math.max(1, Math.floor(pace.limit / 2)));
    return;
  }
  pace.good += 1;
  if (pace.good >= pace.limit && pace.limit < maxFetchesPerHost) setLimit(pace, pace.limit + 1);
}

function setLimit(pace: Pace, limit: number): void {
  pace.limit = limit;
  pace.good = 0;
  pace.slots.setLimit(limit);
}

function forgetIdle(paces: Map<string, Pace>): void {
  for (const [host, { slots }] of paces) {
    if (slots.held + slots.waiting > 0) continue;
    paces.delete(host);
    return;
  }
}
