// Tells a process that hangs from one that has nothing to do: something is due that this process could do,
// and for a long time nothing has moved.
//
// Time counts only while that is so at every look. An outage of Redis, a pause, a closed model server, or
// nothing to do, and it begins anew; time for which the whole process stood still does not count.

export interface Watched {
  /** What a person is told; how long it has been so is put after it. */
  readonly trouble: string;
  /** Longer than the longest single thing that may be waited for. */
  readonly stallMs: number;
  /** Changes whenever something moves. */
  moves(): number;
  /** Whether something is due that this process could do now. Asked only when nothing has moved. Has
   *  to settle; a rejection counts as no. */
  isDue(): Promise<boolean>;
}

export interface WatchdogOptions {
  readonly watched: readonly Watched[];
  /** Whether the process has what everything depends on. */
  isServed(): Promise<boolean>;
  /** Default 5 s. */
  readonly lookEveryMs?: number;
  /** How long a supervisor is given to act first; default 60 s. */
  readonly patienceMs?: number;
  /** Called once, when the process has hung for so long and nobody has restarted it. */
  onGivenUp?(trouble: string): void;
}

export interface Watchdog extends Disposable {
  /** What hangs, a line each; none while all is well. */
  problems(): readonly string[];
}

interface Watch {
  readonly watched: Watched;
  moves: number;
  stalledMs: number;
}

const toLine = ({ watched, stalledMs }: Watch): string =>
  `${watched.trouble} for ${Math.floor(stalledMs / 60_000)} minutes`;

/** Looks at once and from then on. */
export function startWatchdog(options: WatchdogOptions): Watchdog {
  const { lookEveryMs = 5000, patienceMs = 60_000 } = options;
  const watches = options.watched.map((watched): Watch => {
    return { watched, moves: watched.moves(), stalledMs: 0 };
  });
  const stalled = (beyondMs = 0): readonly Watch[] =>
    watches.filter(({ watched, stalledMs }) => stalledMs >= watched.stallMs + beyondMs);
  let lastMs = performance.now();
  let isLooking = false;
  let hasGivenUp = false;

  const look = async (): Promise<void> => {
    const passedMs = performance.now() - lastMs;
    lastMs += passedMs;
    const creditMs = Math.min(passedMs, 2 * lookEveryMs);
    await Promise.all(watches.map((watch) => update(watch, creditMs, options)));
    const [first] = stalled(patienceMs);
    if (first === undefined || hasGivenUp) return;
    hasGivenUp = true;
    options.onGivenUp?.(toLine(first));
  };

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, lookEveryMs).unref();
  return {
    problems: () => stalled().map(toLine),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

async function update(watch: Watch, creditMs: number, options: WatchdogOptions): Promise<void> {
  const { watched } = watch;
  const moves = watched.moves();
  const hasMoved = moves !== watch.moves;
  watch.moves = moves;
  const isStalled = !hasMoved && (await isDue(watched, options));
  watch.stalledMs = isStalled ? watch.stalledMs + creditMs : 0;
}

async function isDue(watched: Watched, { isServed }: WatchdogOptions): Promise<boolean> {
  try {
    return (await watched.isDue()) && (await isServed());
  } catch {
    return false;
  }
}
