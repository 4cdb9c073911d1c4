// Gives up hosts that have long delivered nothing, so that a batch with thousands of their pictures
// ends in minutes: their rows fail at once, and one request now and then tries whether they are back.

export interface HostBreaker {
  /** True while the host is given up and nothing is to be asked of it. */
  refuses(host: string): boolean;
  /** Notes that a request begins; what is returned takes its end, once. Nothing said: it was broken off. */
  ask(host: string): (end?: 'answered' | 'failed') => void;
}

export interface HostBreakerOptions {
  /**
   * Milliseconds for which a host must have failed to be given up, and for which it must have been left
   * alone to be asked afresh; default two minutes.
   */
  readonly patienceMs?: number;
  /** Failures in a row that it takes besides. */
  readonly failures?: number;
  /** Milliseconds between two requests that try whether the host is back. */
  readonly probeMs?: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** A row of failures without an answer between them. */
interface Failing {
  readonly firstMs: number;
  lastMs: number;
  failures: number;
  probing: boolean;
}

/** Failing hosts beyond this number are forgotten, those that have failed the longest first. */
const rememberedHosts = 1000;

export function createHostBreaker(options: HostBreakerOptions = {}): HostBreaker {
  const { patienceMs = 120_000, failures = 8, probeMs = 10_000 } = options;
  const { now = () => performance.now() } = options;
  const failing = new Map<string, Failing>();

  const failingOf = (host: string): Failing | undefined => {
    const state = failing.get(host);
    return state === undefined || now() - state.lastMs > patienceMs ? undefined : state;
  };

  const givenUp = (host: string): Failing | undefined => {
    const state = failingOf(host);
    if (state === undefined || state.failures < failures) return undefined;
    return state.lastMs - state.firstMs < patienceMs ? undefined : state;
  };

  const countFailure = (host: string): void => {
    const firstMs = now();
    const state = failingOf(host) ?? { firstMs, lastMs: firstMs, failures: 0, probing: false };
    state.failures += 1;
    state.lastMs = now();
    failing.set(host, state);
    const [oldest] = failing.keys();
    if (failing.size > rememberedHosts && oldest !== undefined) failing.delete(oldest);
  };

  return {
    refuses(host) {
      const state = givenUp(host);
      return state !== undefined && (state.probing || now() - state.lastMs < probeMs);
    },
    ask(host) {
      const probe = givenUp(host);
      if (probe !== undefined) probe.probing = true;
      return (end) => {
        if (probe !== undefined) probe.probing = false;
        if (end === 'answered') failing.delete(host);
        if (end === 'failed') countFailure(host);
      };
    },
  };
}
