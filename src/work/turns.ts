// Whose row goes to a model server next: one of the batch with the least weight in flight. A small batch
// does not wait behind a large one, and batches that ask for equally much get equally much.
//
// waiting here -> at a gate -> in a slot -> done. Few rows are let go to a gate before there is a slot, so
// that turns are decided late.

import { toError } from '../errors.ts';
import type { ModelEndpoint } from './ports.ts';
import { createShares, type SharedItem, type Shares } from './shares.ts';

export interface TurnsOptions {
  /** Rows that wait for a slot inside one gate: enough that a slot that comes free finds one there. */
  readonly maxAtGate?: number;
  /** Milliseconds between looks at whether an endpoint has been opened or closed. */
  readonly lookEveryMs?: number;
}

export interface Turn {
  readonly batch: string;
  readonly weight: number;
  /** The endpoint that the row is not to go to where another one is open. */
  readonly avoid?: string | undefined;
  readonly signal: AbortSignal;
}

export interface Turns {
  /** Waits for the batch's turn and for a slot at the least loaded open endpoint, then runs `work` there, once.
   *  While it waits it rejects with the signal's reason, or with what the gate rejects with where that fails. */
  run<T>(turn: Turn, work: (endpoint: ModelEndpoint) => Promise<T>): Promise<T>;
}

/** A row that waits here. Its weight is in flight from the moment when it goes to a gate. */
interface Waiting extends SharedItem {
  readonly go: (lane: Lane) => void;
}

/** One endpoint, and what this process has there. */
interface Lane {
  readonly endpoint: ModelEndpoint;
  /** Rows that wait in the gate. */
  atGate: number;
  /** Weight that waits in the gate or runs. */
  weight: number;
}

/** What became of a row whose endpoint was closed while it waited in the gate. */
const turnedAway = Symbol('turned away');

export function createTurns(
  endpoints: readonly ModelEndpoint[],
  { maxAtGate = 4, lookEveryMs = 250 }: TurnsOptions = {},
): Turns {
  const lanes: readonly Lane[] = endpoints.map((endpoint) => ({ endpoint, atGate: 0, weight: 0 }));
  const rows = createShares<Waiting>();
  let look: NodeJS.Timeout | undefined;

  const decide = (): void => {
    while (rows.waiting() > 0) {
      const next = findNext(lanes, rows.take, maxAtGate);
      if (next === undefined) break;
      next.row.go(next.lane);
    }
    // An endpoint that opens or closes tells nobody.
    if (rows.waiting() > 0) look ??= setTimeout(lookAgain, lookEveryMs).unref();
  };

  const lookAgain = (): void => {
    look = undefined;
    decide();
  };

  return {
    async run(turn, work) {
      for (;;) {
        turn.signal.throwIfAborted();
        const [row, lane] = await wait(turn, rows, decide);
        const result = await pass({ turn, lane, onLeft: decide }, work).finally(() => {
          rows.done(row);
          decide();
        });
        if (result !== turnedAway) return result;
      }
    },
  };
}

/** Resolves with the lane that the row is let go to. */
function wait(
  { batch, weight, avoid, signal }: Turn,
  rows: Shares<Waiting>,
  onAdded: () => void,
): Promise<readonly [Waiting, Lane]> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      rows.remove(row);
      reject(toError(signal.reason));
    };
    const go = (lane: Lane): void => {
      signal.removeEventListener('abort', giveUp);
      lane.atGate += 1;
      lane.weight += weight;
      resolve([row, lane]);
    };
    const row: Waiting = { batch, weight, avoid, go };
    rows.add(row);
    signal.addEventListener('abort', giveUp);
    onAdded();
  });
}

interface Passage {
  readonly turn: Turn;
  readonly lane: Lane;
  /** The row waits in the gate no more. */
  readonly onLeft: () => void;
}

async function pass<T>(
  { turn, lane, onLeft }: Passage,
  work: (endpoint: ModelEndpoint) => Promise<T>,
): Promise<T | typeof turnedAway> {
  let isAtGate = true;
  const leaveGate = (): void => {
    if (isAtGate) lane.atGate -= 1;
    isAtGate = false;
  };
  try {
    return await lane.endpoint.gate.run(turn, async () => {
      const worked = isOpen(lane) ? work(lane.endpoint) : turnedAway;
      leaveGate();
      onLeft();
      return worked;
    });
  } finally {
    leaveGate();
    lane.weight -= turn.weight;
  }
}

/** The row whose turn it is at the least loaded endpoint that has room in its gate and a row for it. */
function findNext(
  lanes: readonly Lane[],
  take: (endpoint?: string) => Waiting | undefined,
  maxAtGate: number,
): { readonly row: Waiting; readonly lane: Lane } | undefined {
  const open = lanes.filter(isOpen);
  for (const lane of open.toSorted((a, b) => toLoad(a) - toLoad(b))) {
    if (lane.atGate >= maxAtGate) continue;
    const row = take(open.length > 1 ? lane.endpoint.name : undefined);
    if (row !== undefined) return { row, lane };
  }
  return undefined;
}

function isOpen({ endpoint }: Lane): boolean {
  return endpoint.isOpen();
}

function toLoad({ endpoint, weight }: Lane): number {
  return weight / endpoint.gate.budget();
}
