// What the pace of one endpoint shares through Redis: which process sets the budget, the last budget, and
// how often the server said that it is busy. Three keys, each with a time to live.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const scripts = {
  hold: readScript('hold-pace', z.tuple([z.string(), z.number()]).nullable()),
  leave: readScript('leave-pace', z.number()),
  noteBusy: readScript('note-busy', z.number()),
};

export interface PaceStoreOptions {
  readonly store: Store;
  /** The endpoint's name. */
  readonly endpoint: string;
  /** How long the right outlives its last renewal; default 4000. */
  readonly leaseMs?: number;
  /** How long the last budget is kept; default 600 (10 minutes). */
  readonly keepSeconds?: number;
  readonly onError?: (error: unknown) => void;
}

export interface HeldPace {
  /** The budget that was kept last, by any process; undefined where there is none or it has run out. */
  readonly kept?: number;
  /** Busy answers of all processes since the last call. */
  readonly busy: number;
}

export interface PaceStore {
  readonly leaseMs: number;
  /** Takes or renews the right, and keeps `budget` if given: one command. Undefined where another process
   *  has the right. */
  hold(budget?: number): Promise<HeldPace | undefined>;
  /** Another process may take it at once. */
  leave(): Promise<void>;
  /** Counts a busy answer; many at once cost one command. Never throws. */
  noteBusy(): void;
}

/** Busy answers come in bursts, one for each request that was refused. */
const gatherMs = 200;
const busyLivesSeconds = 10;

export function createPaceStore(options: PaceStoreOptions): PaceStore {
  const { store, endpoint, leaseMs = 4000, keepSeconds = 600, onError = () => {} } = options;
  const holder = randomUUID();
  let busy = 0;
  const flush = (): void => {
    const count = busy;
    busy = 0;
    store.run(scripts.noteBusy, endpoint, count, busyLivesSeconds).catch(onError);
  };
  return {
    leaseMs,
    hold: async (budget) => {
      const keep = budget === undefined ? '' : String(budget);
      const reply = await store.run(scripts.hold, endpoint, holder, leaseMs, keep, keepSeconds);
      if (reply === null) return undefined;
      const [kept, count] = reply;
      return kept === '' ? { busy: count } : { kept: Number(kept), busy: count };
    },
    leave: async () => {
      await store.run(scripts.leave, endpoint, holder);
    },
    noteBusy: () => {
      busy += 1;
      if (busy === 1) setTimeout(flush, gatherMs).unref();
    },
  };
}
