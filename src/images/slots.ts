// A counted number of places, given out in the order of asking. The limit may change while they are held.

export interface Slots {
  /** Resolves when a place is taken; rejects with the signal's reason while still waiting. */
  acquire(signal: AbortSignal): Promise<void>;
  release(): void;
  setLimit(limit: number): void;
  readonly held: number;
  readonly waiting: number;
}

export function createSlots(initialLimit: number): Slots {
  const queue = new Set<() => void>();
  let limit = initialLimit;
  let held = 0;

  const admit = (): void => {
    for (const enter of queue) {
      if (held >= limit) return;
      queue.delete(enter);
      held += 1;
      enter();
    }
  };

  const wait = async (signal: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      // Without the place: it was never given.
      if (queue.delete(resolve)) reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    queue.add(resolve);
    admit();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  };

  return {
    async acquire(signal) {
      signal.throwIfAborted();
      await wait(signal);
    },
    release() {
      held -= 1;
      admit();
    },
    setLimit(next) {
      limit = next;
      admit();
    },
    get held() {
      return held;
    },
    get waiting() {
      return queue.size;
    },
  };
}
