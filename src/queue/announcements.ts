// What one process tells the others through Redis. Announcements may be lost; whoever listens also
// looks from time to time.

import type { RedisConnections } from './create-redis.ts';
import type { Store } from './store.ts';

type Channel = 'changed' | 'cancelled' | 'due';
type Listener = (text: string) => void;

export interface Announcements {
  /** Resolves when nothing more is missed; what was announced before is not told again. */
  on(channel: Channel, listener: Listener): Promise<void>;
}

/** Subscribes to a channel when its first listener comes. */
export function createAnnouncements(redis: RedisConnections, store: Store): Announcements {
  const listeners = new Map<string, Set<Listener>>();
  const subscribed = new Map<string, Promise<void>>();
  redis.announcements.on('message', (name: string, text: string) => {
    for (const listener of listeners.get(name) ?? []) listener(text);
  });
  return {
    on: (channel, listener) => {
      const name = store.keys.shared(channel);
      const known = subscribed.get(name);
      listeners.set(name, new Set([...(listeners.get(name) ?? []), listener]));
      if (known !== undefined) return known;
      const ready = subscribe(redis, name);
      subscribed.set(name, ready);
      return ready;
    },
  };
}

async function subscribe(redis: RedisConnections, name: string): Promise<void> {
  try {
    await redis.announcements.subscribe(name);
  } catch {
    // Only a connection that is closed for good rejects: nobody is left to listen.
  }
}
