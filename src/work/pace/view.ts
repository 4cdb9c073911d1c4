// What the samples at one budget say together.

import type { ServerLoad } from '../../batch/server-load.ts';
import type { PaceSample, PaceState } from './types.ts';

export interface View {
  readonly now: PaceSample;
  /** Samples at this budget; at most `mostRecent`. */
  readonly samples: number;
  /** In flight, on average. */
  readonly jobs: number;
  /** How often all that was in flight has ended since the budget was set. Requests that were sent together go
   *  through the server in waves; one turnover shows all of a wave. */
  readonly turnovers: number;
  /** Weight of one request, on average. */
  readonly perJob: number;
  /** Requests that the gate would let through are there. */
  readonly full: boolean;
  /** More is in flight than the budget allows. */
  readonly draining: boolean;
  /** A cut has been made just now and has not shown its effect yet: another one would be too much. */
  readonly cutting: boolean;
  readonly server?: ServerView;
}

/** Averages over the samples at this budget, in requests. */
export interface ServerView {
  readonly now: ServerLoad;
  readonly running: number;
  readonly waiting: number;
  /** What waits in all but a quarter of the samples: requests that were sent together come and go in waves,
   *  and a server that runs dry between them has not too many. */
  readonly waitingMostly: number;
  readonly kvUse: number;
  /** In flight here and yet neither running nor waiting there: on the way, or in image preprocessing. */
  readonly unseen: number;
  /** Of the server's requests those that come from here, 0 to 1: others may use it as well, and their queue
   *  does not get shorter by sending less. */
  readonly share: number;
  /** The engine is still taking in what it was sent. */
  readonly growing: boolean;
  /** What waited in each of the latest samples, where as many ran in all of them: a queue that stands. 0 where
   *  that cannot be said. */
  readonly standing: number;
  /** Since the sample before. */
  readonly preempted: number;
}

export const mostRecent = 45;

const flatSamples = 6;

/** So long a cut may take to show. */
const cutMs = 10_000;
/** Weight that no longer fits next to others: what is missing to a full budget may be less than one row. */
const fullShare = 0.85;

export function buildView(state: PaceState): View {
  const { recent, budget, from } = state;
  const now = recent.at(-1);
  if (now === undefined) throw new TypeError('a view needs a sample');
  const weight = mean(recent.map((sample) => sample.weight));
  const jobs = mean(recent.map((sample) => sample.jobs));
  const perJob = jobs > 0 ? Math.max(weight / jobs, 1) : 2;
  const draining = isDraining(now, state);
  const peak = Math.max(...recent.slice(-5).map((sample) => sample.weight));
  const server = buildServerView(state);
  return {
    now,
    samples: recent.length,
    jobs,
    turnovers: from === undefined ? 0 : (now.doneWeight - from.doneWeight) / Math.max(weight, 1),
    perJob,
    full: now.weight >= budget / 2 && peak >= Math.min(budget * fullShare, budget - 2 * perJob),
    draining,
    cutting: draining && now.atMs - (from?.atMs ?? -Infinity) < cutMs,
    ...(server === undefined ? {} : { server }),
  };
}

/** More is in flight than the budget allows. */
export function isDraining({ weight, jobs }: PaceSample, { budget }: PaceState): boolean {
  return weight > budget + weight / Math.max(jobs, 1);
}

function buildServerView({ recent, lastLoad }: PaceState): ServerView | undefined {
  const now = recent.at(-1)?.load;
  if (now === undefined) return undefined;
  const loads = recent.flatMap(({ load, jobs }) => (load === undefined ? [] : [{ ...load, jobs }]));
  const running = loads.map((load) => load.running);
  const waiting = loads.map((load) => load.waiting);
  const latest = running.slice(-flatSamples);
  const all = mean(running) + mean(waiting);
  return {
    now,
    running: mean(running),
    waiting: mean(waiting),
    waitingMostly: waiting.toSorted((a, b) => a - b)[Math.floor(waiting.length / 4)] ?? 0,
    kvUse: mean(loads.slice(-10).map((load) => load.kvUse)),
    unseen: mean(loads.map((load) => Math.max(load.jobs - load.running - load.waiting, 0))),
    share: Math.min(mean(loads.map((load) => load.jobs)) / Math.max(all, 1), 1),
    growing: mean(latest.slice(3)) > mean(latest.slice(0, 3)) * 1.03,
    standing: isFlat(latest) ? Math.min(...waiting.slice(-flatSamples)) : 0,
    preempted: Math.max(now.preemptions - (lastLoad?.load?.preemptions ?? now.preemptions), 0),
  };
}

function isFlat(running: readonly number[]): boolean {
  return running.length >= flatSamples && Math.min(...running) >= 0.97 * Math.max(...running);
}

function mean(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
