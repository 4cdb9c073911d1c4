// What the samples at one budget say together.

import type { PaceSample, PaceState, ServerLoad } from './types.ts';

export interface View {
  readonly now: PaceSample;
  /** Samples at this budget; at most `mostRecent`. */
  readonly samples: number;
  /** In flight, on average. */
  readonly jobs: number;
  /** Weight of one request, on average. */
  readonly perJob: number;
  /** Requests that the gate would let through are there. */
  readonly full: boolean;
  /** More is in flight than the budget allows: a cut has not shown its effect yet. */
  readonly draining: boolean;
  readonly server?: ServerView;
}

/** Averages over the samples at this budget, in requests. */
export interface ServerView {
  readonly now: ServerLoad;
  readonly running: number;
  readonly waiting: number;
  readonly kvUse: number;
  /** In flight here and yet neither running nor waiting there: on the way, or in image preprocessing. */
  readonly unseen: number;
  /** The engine is still taking in what it was sent. */
  readonly growing: boolean;
  /** Since the sample before. */
  readonly preempted: number;
}

export const mostRecent = 10;

/** Weight that no longer fits next to others: what is missing to a full budget may be less than one row. */
const fullShare = 0.85;

export function buildView(state: PaceState): View {
  const { recent, budget } = state;
  const now = recent.at(-1);
  if (now === undefined) throw new TypeError('a view needs a sample');
  const weight = mean(recent.map((sample) => sample.weight));
  const jobs = mean(recent.map((sample) => sample.jobs));
  const perJob = jobs > 0 ? Math.max(weight / jobs, 1) : 2;
  const peak = Math.max(...recent.slice(-5).map((sample) => sample.weight));
  const server = buildServerView(state);
  return {
    now,
    samples: recent.length,
    jobs,
    perJob,
    full: peak > 0 && (peak >= budget * fullShare || peak + 2 * perJob > budget),
    draining: now.weight > budget + perJob,
    ...(server === undefined ? {} : { server }),
  };
}

function buildServerView({ recent, lastLoad }: PaceState): ServerView | undefined {
  const now = recent.at(-1)?.load;
  if (now === undefined) return undefined;
  const loads = recent.flatMap(({ load, jobs }) => (load === undefined ? [] : [{ ...load, jobs }]));
  const running = loads.map((load) => load.running);
  const half = Math.ceil(running.length / 2);
  return {
    now,
    running: mean(running),
    waiting: mean(loads.map((load) => load.waiting)),
    kvUse: mean(loads.map((load) => load.kvUse)),
    unseen: mean(loads.map((load) => Math.max(load.jobs - load.running - load.waiting, 0))),
    growing: mean(running.slice(half)) > mean(running.slice(0, half)) * 1.03,
    preempted: Math.max(now.preemptions - (lastLoad?.load?.preemptions ?? now.preemptions), 0),
  };
}

function mean(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
