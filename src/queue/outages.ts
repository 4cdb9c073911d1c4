// What becomes of batches while no model server can be used: which have waited long enough to be told their
// results so far, which too long, and what the operators are told. All times are Redis'.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { OutageNews } from '../batch/outage.ts';
import { toFault } from '../errors.ts';
import { pauseReason } from './parse-batch.ts';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const ids = z.array(z.string());
const scripts = {
  endWaiting: readScript('end-waiting', ids),
  findWaiting: readScript('find-waiting', ids),
  setField: readScript('set-field', z.number()),
  claim: readScript(
    'claim-outage',
    z
      .tuple([
        z.enum(['began', 'ended']),
        pauseReason,
        z.number(),
        z.number(),
        z.number(),
        z.number(),
      ])
      .nullable(),
  ),
  confirm: readScript('confirm-outage', z.number()),
};

export interface Outages {
  /** Ends batches that have waited for so long, at most 20 at a time; their rows without an outcome are given back. */
  endWaiting(maxMs: number): Promise<readonly string[]>;
  /** The batches that have waited for so long and whose thread has no results of this outage. */
  findWaiting(afterMs: number): Promise<readonly string[]>;
  /** The batch's thread has the results of the outage that began then. */
  noteSoFar(batchId: string, outageMs: number): Promise<void>;
  /** What to tell operators; once told it is to be confirmed, or another process gets it after `heldMs`. */
  claimNews(times: {
    readonly quietMs: number;
    readonly heldMs: number;
  }): Promise<OutageNews | undefined>;
  confirmNews(news: OutageNews): Promise<void>;
}

const hourMs = 3_600_000;

export function createOutages(store: Store): Outages {
  const holder = randomUUID();
  return {
    endWaiting: (maxMs) => {
      const fault = toFault('E_MODEL_UNAVAILABLE', { hours: Math.round(maxMs / hourMs) });
      return store.run(scripts.endWaiting, maxMs, JSON.stringify(fault));
    },
    findWaiting: (afterMs) => store.run(scripts.findWaiting, afterMs),
    noteSoFar: async (batchId, outageMs) => {
      await store.run(scripts.setField, batchId, 'soFarMs', outageMs);
    },
    claimNews: async ({ quietMs, heldMs }) => {
      const claimed = await store.run(scripts.claim, holder, heldMs, quietMs);
      if (claimed === null) return undefined;
      const [kind, reason, sinceMs, untilMs, batches, rows] = claimed;
      return { kind, reason, sinceMs, untilMs, batches, rows };
    },
    confirmNews: async ({ kind, sinceMs }) => {
      await store.run(scripts.confirm, kind, sinceMs);
    },
  };
}
