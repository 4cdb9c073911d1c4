// Faults on demand: for each Web API method a script of what its next calls meet, and tricks with the delivery of events.

/** What one call meets instead of, or beside, its usual answer. An empty object is a call that goes well. */
export interface CallFault {
  /** Answers with this HTTP status and does nothing. */
  status?: number;
  /** The Retry-After header in seconds, for status 429. */
  retryAfter?: number;
  /** Answers `{ok: false, error}` and does nothing. */
  error?: string;
  /** Waits this long first. */
  delayMs?: number;
  /** Answers 200 with an HTML login page. */
  html?: boolean;
  /** Answers 302 with this location. */
  redirect?: string;
  /** Does the work, then sends half of the answer and hangs up. */
  truncate?: boolean;
  /** Hangs up before the work is done, or after it and before the answer. */
  drop?: 'before' | 'after';
}

/** Beside Web API methods these names take faults: the upload URL, file downloads, and response_url. */
export type CallName = 'upload' | 'download' | 'response_url' | (string & {});

export interface EventTricks {
  /** How many of the next events are delivered twice. */
  duplicate: number;
  /** How many of the next acknowledgements are treated as if they had never come. */
  ignoreAcks: number;
  held: (() => void)[] | undefined;
  /** While set, events are never sent. */
  lost: boolean;
}

export interface Faults {
  /** Appends `times` (default 1) steps to the method's script; its calls take them in order. */
  next(name: CallName, fault: CallFault, times?: number): void;
  /** Switches the rate limits of Slack's tiers on or off (off at first, unless the option says otherwise). */
  rateTiers(on: boolean): void;
  /** Delivers each of the next `times` events twice, with the same event id. */
  duplicateEvents(times?: number): void;
  /** Ignores the next acknowledgements of events, so that they are delivered again. */
  ignoreAcks(times?: number): void;
  /** Keeps events back until they are released, late and in the order asked for. */
  holdEvents(): void;
  releaseEvents(order?: 'forward' | 'reverse'): void;
  /** Never sends the events of now, as if Slack had given up on them, until `clear`. */
  loseEvents(): void;
  /** Forgets every fault that has not struck yet, and releases held events. */
  clear(): void;
}

export interface FaultDesk {
  faults: Faults;
  tricks: EventTricks;
  isRated(): boolean;
  take(name: CallName): CallFault;
}

/** Creates the desk; `faults` is for tests, the rest is asked by the servers. */
export function createFaultDesk(rated: boolean): FaultDesk {
  const scripts = new Map<string, CallFault[]>();
  const tricks: EventTricks = { duplicate: 0, ignoreAcks: 0, held: undefined, lost: false };
  let isRated = rated;
  const releaseEvents = (order: 'forward' | 'reverse' = 'forward'): void => {
    const held = tricks.held ?? [];
    tricks.held = undefined;
    for (const send of order === 'reverse' ? held.toReversed() : held) send();
  };
  return {
    tricks,
    isRated: () => isRated,
    take: (name) => scripts.get(name)?.shift() ?? {},
    faults: {
      next(name, fault, times = 1) {
        scripts.set(name, [...(scripts.get(name) ?? []), ...Array<CallFault>(times).fill(fault)]);
      },
      rateTiers(on) {
        isRated = on;
      },
      duplicateEvents(times = 1) {
        tricks.duplicate += times;
      },
      ignoreAcks(times = 1) {
        tricks.ignoreAcks += times;
      },
      holdEvents() {
        tricks.held ??= [];
      },
      loseEvents() {
        tricks.lost = true;
      },
      releaseEvents,
      clear() {
        tricks.lost = false;
        scripts.clear();
        tricks.duplicate = 0;
        tricks.ignoreAcks = 0;
        releaseEvents();
      },
    },
  };
}
