// A counted number of places, given out in the order of asking. The limit may change while they are held.
// Who asks for several places at once waits until all of them are free, and those behind wait too.

export interface Slots {
  /** Resolves when a place is taken; rejects with the signal's reason while still waiting. */
  acquire(signal: AbortSignal, places?: number): Promise<void>;
  release(places?: number): void;
  setLimit(limit: number): void;
  readonly held: number;
  readonly waiting: number;
}

export function createSlots(initialLimit: number): Slots {
  const queue = new Map<() => void, number>();
  let limit = initialLimit;
  let held = 0;

  const admit = (): void => {
    for (const [enter, places] of queue) {
      if (held + places > limit) return;
      queue.delete(enter);
      held += places;
      enter();
    }
  };

  const wait = async (signal: AbortSignal, places: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      // Without the place: it was never given.
      if (!queue.delete(resolve)) return;
      reject(signal.reason);
      admit();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    queue.set(resolve, places);
    admit();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  };

  return {
    async acquire(signal, places = 1) {
      signal.throwIfAborted();
      await wait(signal, places);
    },
    release(places = 1) {
      held -= places;
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
