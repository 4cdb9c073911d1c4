// The pace of one model server: how much weight may be in flight there, decided once a second from what
// the gate counts and the server shows. Pure; keep-pace.ts does what it says.
//
//   it doubles while all that is sent is taken in at once, and then looks for the knee in smaller steps;
//   it holds where a few requests wait, so that the server never runs dry;
//   it goes down on refusals, on a full KV cache, on a long queue, and back where a rise brought nothing.
//
// The server counts requests, the gate weight; the mean weight of what is in flight joins them. Without
// /metrics only completions are left: every rise must then show its gain.

import { firstBudget, largestWeight, mostBudget } from '../batch/budget.ts';
import { isJustified, judge, measure, toNextBound } from './pace/gain.ts';
import {
  bestKvUse,
  isRenderBound,
  onBusy,
  onMemory,
  onQueue,
  onRender,
  toQueueBand,
} from './pace/limits.ts';
import type { Move, PaceNote, PaceSample, PaceState } from './pace/types.ts';
import { buildView, isDraining, mostRecent, type View } from './pace/view.ts';

export type { PaceNote, PaceSample, PaceState } from './pace/types.ts';

/** Up to here it doubles; what a step further is too much waits in the server and takes memory here. */
const freeBudget = 256;

/** So long a server without /metrics may have failed to answer in time only. */
const blindMs = 10_000;
/** After a longer gap the samples before it say nothing about now. */
const gapMs = 5000;

export interface PaceOptions {
  /** The last budget that was good, from an earlier run. */
  readonly kept?: number | undefined;
  /** The budget is never above it; 8 or more. */
  readonly ceiling?: number | undefined;
}

export interface PaceDecision {
  readonly state: PaceState;
  /** A whole number, 8 or more. */
  readonly budget: number;
  readonly note?: PaceNote | undefined;
}

export function createPace({ kept, ceiling = mostBudget }: PaceOptions = {}): PaceState {
  const top = toWhole(ceiling, mostBudget);
  const isKept = kept !== undefined && kept >= largestWeight;
  return {
    budget: toWhole(isKept ? kept : firstBudget, top),
    ceiling: top,
    growth: isKept ? 1.1 : 2,
    recent: [],
    told: [],
  };
}

/** After the server was away: it starts over with half of what it bore. */
export function resumePace({ budget, ceiling, told }: PaceState): PaceState {
  return { ...createPace({ kept: Math.max(budget / 2, largestWeight), ceiling }), told };
}

export function decidePace(before: PaceState, sample: PaceSample): PaceDecision {
  const state = takeIn(before, sample);
  const view = buildView(state);
  const hasLoad = sample.load !== undefined;
  const seen = { ...state, last: sample, lastLoad: hasLoad ? sample : state.lastLoad };
  const limit = findLimit(view, seen.budget);
  if (isBlind(seen)) return settle(seen, limit, sample);
  const { state: measured, found } = measure(seen, view);
  if (found === undefined) return settle(measured, limit ?? findRoom(measured, view), sample);
  const { mark, move } = judge(measured, found, hasLoad);
  const judged = { ...measured, mark };
  return settle(judged, limit ?? move ?? findRoom(judged, view), sample);
}

/** The server has told its load just before: it will again, or it shows that it does not. */
function isBlind({ last, lastLoad }: PaceState): boolean {
  if (last === undefined || lastLoad === undefined || last === lastLoad) return false;
  return last.atMs - lastLoad.atMs < blindMs;
}

/** The state with the sample among its recent ones; what went before a break in the counting is dropped. */
function takeIn(state: PaceState, sample: PaceSample): PaceState {
  if (isBreak(state, sample)) {
    const { budget, ceiling, growth, told } = state;
    return { budget, ceiling, growth, told, recent: [sample] };
  }
  const earlier = isDraining(sample, state) ? [] : state.recent;
  return { ...state, recent: [...earlier, sample].slice(-mostRecent) };
}

/** A long pause, or a counter that was set back: Redis has lost its data, or the server was started anew. */
function isBreak({ last, lastLoad }: PaceState, sample: PaceSample): boolean {
  if (last === undefined) return false;
  if (sample.atMs - last.atMs > gapMs || sample.doneWeight < last.doneWeight) return true;
  const before = lastLoad?.load?.tokens ?? 0;
  return sample.load !== undefined && sample.load.tokens < before;
}

function findLimit(view: View, budget: number): Move | undefined {
  return (
    onBusy(view, budget) ??
    onMemory(view, budget) ??
    onQueue(view, budget) ??
    onRender(view, budget)
  );
}

/** A rise, where there is something to send and nothing speaks against it. */
function findRoom(state: PaceState, view: View): Move | undefined {
  const { budget } = state;
  const factor = toFactor(state, view);
  const isSteep = factor >= 1.3;
  if (!view.full || view.draining) return undefined;
  if (!isSteep && (view.samples < 4 || view.turnovers < 0.5)) return undefined;
  if (!hasRoom(view, isSteep) || !isJustified(state, view)) return undefined;
  const wished = Math.max(budget * factor, budget + 2 * view.perJob);
  const lid = Math.min(toLid(state, view.now), toNextBound(state));
  const to = Math.min(wished, lid, toKvLimit(view, budget));
  if (to < budget + Math.max(1, 0.01 * budget)) return undefined;
  return { to, growth: to < wished ? 1.05 : Math.min(2, 1 + 2 * (factor - 1)) };
}

/** Where the server does not take in all that it is sent, it is close to as much as it can bear. */
function toFactor({ budget, growth }: PaceState, { server, now }: View): number {
  if (budget < freeBudget) return growth;
  const takesAll = server === undefined || server.now.running >= 0.92 * now.jobs;
  return Math.min(growth, takesAll ? 1.35 : 1.1);
}

function toLid({ lid }: PaceState, { atMs }: PaceSample): number {
  return lid !== undefined && atMs < lid.untilMs ? lid.budget : Infinity;
}

/** While it doubles the moment counts, later the average. */
function hasRoom(view: View, isSteep: boolean): boolean {
  const { server, now } = view;
  if (server === undefined) return true;
  const { low } = toQueueBand(server.running);
  if (!isSteep) return server.waitingMostly * server.share <= low && !isRenderBound(view);
  const unseen = now.jobs - server.now.running - server.now.waiting;
  return server.now.waiting * server.share <= low && unseen <= Math.max(4, 0.35 * now.jobs);
}

/** The budget at which the KV cache is as full as is good, by what it holds now. */
function toKvLimit({ server }: View, budget: number): number {
  if (server === undefined) return Infinity;
  const kvUse = Math.max(server.kvUse, server.now.kvUse);
  return kvUse > 0.05 ? (budget * bestKvUse) / kvUse : Infinity;
}

function settle(state: PaceState, move: Move | undefined, sample: PaceSample): PaceDecision {
  if (move === undefined) return { state, budget: state.budget };
  const budget = toWhole(move.to, state.ceiling);
  const isNew = move.note !== undefined && !state.told.includes(move.note.cause);
  const told = isNew && move.note !== undefined ? [...state.told, move.note.cause] : state.told;
  const lid = move.lid ?? state.lid;
  const next = { ...state, budget, growth: move.growth, lid, told };
  const decided =
    budget === state.budget ? next : { ...next, recent: [], from: sample, settled: undefined };
  return { state: decided, budget, ...(isNew ? { note: move.note } : {}) };
}

/** NaN becomes the least. */
function toWhole(budget: number, ceiling: number): number {
  const most = Math.max(largestWeight, Math.min(Math.floor(ceiling), mostBudget));
  return budget >= largestWeight ? Math.min(Math.floor(budget), most) : largestWeight;
}
