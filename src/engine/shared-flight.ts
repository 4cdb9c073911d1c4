// Work that several ask for at the same time and that is done once.

export interface SharedFlight<Result> {
  /**
   * The work's result under this key; started where nobody waits for it yet. Rejects with the signal's
   * reason as soon as that aborts; the work itself aborts when nobody waits any more.
   */
  join(
    key: string,
    work: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result>;
}

interface Flight<Result> {
  readonly result: Promise<Result>;
  readonly stop: AbortController;
  waiting: number;
}

export function createSharedFlight<Result>(): SharedFlight<Result> {
  const flights = new Map<string, Flight<Result>>();

  const start = (key: string, work: (signal: AbortSignal) => Promise<Result>): Flight<Result> => {
    const stop = new AbortController();
    const flight = { result: work(stop.signal), stop, waiting: 0 };
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.result.then(land, land);
    flights.set(key, flight);
    return flight;
  };

  return {
    async join(key, work, signal) {
      signal.throwIfAborted();
      const flight = flights.get(key) ?? start(key, work);
      flight.waiting += 1;
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await Promise.race([flight.result, aborted]);
      } finally {
        signal.removeEventListener('abort', onAbort);
        flight.waiting -= 1;
        // One that has landed has nothing to stop, and an abort costs an error with its stack.
        if (flight.waiting === 0 && flights.get(key) === flight) {
          flights.delete(key);
          flight.stop.abort();
        }
      }
    },
  };
}
