// Whether a model server can be used, as all processes see it, and with it whether batches are paused:
// they are while every server is closed that the process knows which closed the last one.
//
//   endpoint:<name>  there while that server is closed
//   endpoint         there while batches are paused

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
  /** Pauses every running batch where no other endpoint is open. The first reason and time stand. */
  close(reason: PauseReason): Promise<void>;
  /** Resumes every paused batch. */
  open(): Promise<void>;
  closed(): Promise<{ readonly reason: PauseReason; readonly sinceMs: number } | undefined>;
  /** As this process has last seen it: by `closed`, or by its own closing and opening. No Redis command. */
  isOpen(): boolean;
  /** Closed, or open while batches are paused all the same, by processes that know other servers only. */
  isWaitedFor(): Promise<boolean>;
}

/** `names` are all endpoints that this process knows, this one with them. */
export function createEndpoint(store: Store, name: string, names: readonly string[]): Endpoint {
  let isOpen = true;
  const ownKey = store.keys.shared(`endpoint:${name}`);
  return {
    close: async (reason) => {
      isOpen = false;
      await store.run(scripts.close, reason, name, ...names);
      // A look that began before has come back by now.
      isOpen = false;
    },
    open: async () => {
      await store.run(scripts.open, name);
      isOpen = true;
    },
    closed: async () => {
      const [reason, sinceMs] = await store.redis.hmget(ownKey, 'reason', 'sinceMs');
      isOpen = reason === null || reason === undefined;
      return isOpen ? undefined : { reason: pauseReason.parse(reason), sinceMs: Number(sinceMs) };
    },
    isOpen: () => isOpen,
    isWaitedFor: async () => (await store.redis.exists(ownKey, store.keys.shared('endpoint'))) > 0,
  };
}
