// Whether the model server can be used, as all processes see it.

import { z } from 'zod';
import type { PauseReason } from '../batch/batch.ts';
import { pauseReason } from './parse-batch.ts';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const scripts = {
  close: readScript('close-endpoint', z.number()),
  open: readScript('open-endpoint', z.number()),
};

export interface Endpoint {
  close(reason: PauseReason): Promise<void>;
  open(): Promise<void>;
  closed(): Promise<{ readonly reason: PauseReason; readonly sinceMs: number } | undefined>;
}

export function createEndpoint(store: Store): Endpoint {
  return {
    close: async (reason) => {
      await store.run(scripts.close, reason);
    },
    open: async () => {
      await store.run(scripts.open);
    },
    closed: async () => {
      const key = store.keys.shared('endpoint');
      const [reason, sinceMs] = await store.redis.hmget(key, 'reason', 'sinceMs');
      if (reason === null || reason === undefined) return undefined;
      return { reason: pauseReason.parse(reason), sinceMs: Number(sinceMs) };
    },
  };
}
