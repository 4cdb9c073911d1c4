// What one process tells the others through Redis. Announcements may be lost; whoever listens also
// looks from time to time.

import type { RedisConnections } from './create-redis.ts';
import type { Store } from './store.ts';

type Channel = 'changed' | 'cancelled' | 'due';
type Listener = (text: string) => void;

export interface Announcements {
  on(channel: Channel, listener: Listener): void;
}

/** Subscribes to a channel when its first listener comes. */
export function createAnnouncements(redis: RedisConnections, store: Store): Announcements {
  const listeners = new Map<string, Set<Listener>>();
  redis.announcements.on('message', (name: string, text: string) => {
    for (const listener of listeners.get(name) ?? []) listener(text);
  });
  return {
    on: (channel, listener) => {
      const name = store.keys.shared(channel);
      const known = listeners.get(name);
      if (known !== undefined) {
        known.add(listener);
        return;
      }
      listeners.set(name, new Set([listener]));
      // Rejects only where the connection is closed for good.
      redis.announcements.subscribe(name).catch(() => {});
    },
  };
}
