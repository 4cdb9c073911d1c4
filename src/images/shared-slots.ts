// A counted number of places for several users, given out in the order of asking. Each user may hold as
// many as stay free for the others: one that keeps its places for long never has all of them.

export interface SharedSlots {
  /** Resolves when a place is taken; rejects with the signal's reason while still waiting. */
  acquire(user: string, signal: AbortSignal): Promise<void>;
  release(user: string): void;
}

/** A user that is alone gets half of the places, the next one half of the rest, and so on. */
export function createSharedSlots(limit: number): SharedSlots {
  const held = new Map<string, number>();
  const queue = new Map<() => void, string>();
  let free = limit;

  const admit = (): void => {
    for (const [enter, user] of queue) {
      if (free === 0) return;
      const own = held.get(user) ?? 0;
      if (own >= free) continue;
      held.set(user, own + 1);
      free -= 1;
      queue.delete(enter);
      enter();
    }
  };

  return {
    async acquire(user, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = (): void => {
        // Without the place: it was never given.
        if (queue.delete(resolve)) reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queue.set(resolve, user);
      admit();
      try {
        await promise;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    release(user) {
      const own = (held.get(user) ?? 0) - 1;
      if (own > 0) held.set(user, own);
      else held.delete(user);
      free += 1;
      admit();
    },
  };
}
