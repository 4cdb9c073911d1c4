// Keeps the pace of one model server: once a second the holder of the right to do so looks at the gate and
// the server and sets the budget; the others stand by to take over within seconds.
//
//   standing by -> (the right is free) -> keeping -> (the right is lost) -> standing by
//
// While the endpoint is closed nobody does anything, and the right runs out by itself.

import { createPace, decidePace, resumePace, type PaceSample, type PaceState } from './pace.ts';
import type { ServerLoad } from '../batch/server-load.ts';
import { pause, unlessAborted } from './pause.ts';
import type { Log } from '../logger.ts';

export interface KeepPaceNeeds {
  /** The endpoint's name, for the log. */
  readonly name: string;
  readonly gate: {
    counts(): Promise<{
      readonly running: number;
      readonly jobs: number;
      readonly budget: number;
      readonly doneWeight: number;
    }>;
    setBudget(budget: number): Promise<void>;
  };
  readonly store: {
    /** How long the right outlives its last renewal. */
    readonly leaseMs: number;
    /** Takes or renews the right, and keeps the budget; undefined where another process has the right. */
    hold(budget?: number): Promise<{ readonly kept?: number; readonly busy: number } | undefined>;
    leave(): Promise<void>;
  };
  /** Undefined where the server does not tell. */
  readLoad(signal: AbortSignal): Promise<ServerLoad | undefined>;
  isOpen(): boolean;
  /** The most that the budget may be. */
  readonly ceiling?: number | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Between samples; default 1000. Who stands by asks half as often. */
  readonly intervalMs?: number;
}

/** What one process knows between two looks. */
interface Keeper {
  /** There while it has the right. */
  state?: PaceState | undefined;
  /** The server was away since the last look. */
  wasAway: boolean;
  inTrouble: boolean;
  readonly report: (state: PaceState) => void;
}

/** Resolves when the signal aborts, never rejects: trouble is logged once, and the budget stays meanwhile. */
export async function keepPace(needs: KeepPaceNeeds): Promise<void> {
  const { signal, log, name, intervalMs = 1000 } = needs;
  const keeper: Keeper = { wasAway: false, inTrouble: false, report: createReport(needs) };
  while (!signal.aborted) {
    const startedMs = performance.now();
    try {
      // Redis may be away for long, and must not hold up the end of the process.
      await unlessAborted(tick(needs, keeper), signal);
      keeper.inTrouble = false;
    } catch (error) {
      if (!signal.aborted && !keeper.inTrouble) {
        log.warn(
          { err: error, endpoint: name },
          'the load of the model server stays as it is for now',
        );
      }
      keeper.inTrouble = true;
    }
    const wait = keeper.state === undefined ? 2 * intervalMs : intervalMs;
    await pause(Math.max(wait - (performance.now() - startedMs), intervalMs / 2), signal);
  }
  if (keeper.state !== undefined) await needs.store.leave().catch(() => {});
}

async function tick(needs: KeepPaceNeeds, keeper: Keeper): Promise<void> {
  const { gate, store, ceiling, log, name } = needs;
  if (!needs.isOpen()) {
    keeper.wasAway = true;
    return;
  }
  const startedMs = performance.now();
  const held = await store.hold(keeper.state?.budget);
  if (held === undefined) {
    keeper.state = undefined;
    keeper.wasAway = false;
    return;
  }
  const known = keeper.state ?? createPace({ kept: held.kept, ceiling });
  keeper.state = keeper.wasAway ? resumePace(known) : known;
  keeper.wasAway = false;
  const { sample, stored } = await look(needs, held.busy);
  const { state, budget, note } = decidePace(keeper.state, sample);
  // Too late: another process may have the right by now.
  if (performance.now() - startedMs > store.leaseMs) return;
  if (budget !== stored) await gate.setBudget(budget);
  keeper.state = state;
  keeper.report(state);
  if (note !== undefined) log.info({ endpoint: name, cause: note.cause, budget }, note.text);
}

async function look(
  { gate, readLoad, signal }: KeepPaceNeeds,
  busy: number,
): Promise<{ sample: PaceSample; stored: number }> {
  const [counts, load] = await Promise.all([gate.counts(), readLoad(signal)]);
  const { running: weight, jobs, doneWeight, budget: stored } = counts;
  return { sample: { atMs: performance.now(), weight, jobs, doneWeight, busy, load }, stored };
}

const quietLooks = 10;

/** A line when the budget has come to rest somewhere else, or has moved far, not each time it is set. */
function createReport({ log, name }: KeepPaceNeeds): (state: PaceState) => void {
  let told = 0;
  let last = 0;
  let looks = 0;
  return ({ budget }) => {
    looks = budget === last ? looks + 1 : 0;
    last = budget;
    const ratio = Math.max(budget, told) / Math.max(Math.min(budget, told), 1);
    const isAtRest = looks >= quietLooks && ratio >= 1.15;
    const hasMovedFar = told > 0 && ratio >= 3;
    if (!isAtRest && !hasMovedFar) return;
    told = budget;
    log.info({ endpoint: name, budget }, 'weight that may be in flight at the model server');
  };
}
