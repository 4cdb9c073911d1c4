// Whether a higher budget has brought more throughput. It is measured in turnovers: once everything that
// was in flight when the budget was set has ended, and over as much again.

import type { Mark, Move, PaceSample, PaceState } from './types.ts';
import type { View } from './view.ts';

/** Rises that nobody has to justify: any GPU can bear so much, and the server's own signs bound them. */
const freeWithLoad = 256;
const freeWithout = 128;
/** Up to here a rise waits for its justification only so long, as the GPU would stand half idle meanwhile. */
const patientWithLoad = 1024;
const patientSamples = 6;
/** A doubling must bring 2 % more tokens, or 5 % more rows, which are counted more roughly. */
const exponentWithLoad = Math.log2(1.02);
const exponentWithout = Math.log2(1.05);
/** No rise where an answer takes longer than this already: more at once would only time out. */
const mostSeconds = 120;
/** Budgets closer to each other than this cannot be told apart. */
const leastRatio = 1.2;
/** Those further from each other have too much between them for a comparison. */
const mostRatio = 4;
const markLivesMs = 180_000;
const lidMs = 90_000;
const floorLidMs = 15_000;
const leastRows = 20;
/** Rows that were sent together end together: a window must hold many waves, or its ends count too much. */
const leastSeconds = 15;

/** The state with this sample counted in; a mark comes out where a measurement is complete. */
export function measure(state: PaceState, view: View): { state: PaceState; found?: Mark } {
  const { now } = view;
  const { from, settled, budget } = state;
  // Too little to do says nothing about what could be done.
  if (!view.full || from === undefined)
    return { state: { ...state, from: now, settled: undefined } };
  if (settled === undefined) {
    const isTurnedOver = now.doneWeight - from.doneWeight >= Math.max(from.weight, now.weight);
    return { state: isTurnedOver ? { ...state, settled: now } : state };
  }
  const turned = now.doneWeight - settled.doneWeight;
  const seconds = (now.atMs - settled.atMs) / 1000;
  const turnovers = view.server === undefined ? 2 : 1;
  const enough = Math.max(turnovers * now.weight, leastRows * view.perJob);
  if (seconds < leastSeconds || turned < enough) return { state };
  const found = { budget, atMs: now.atMs, ...toRate(settled, view, seconds) };
  return { state: { ...state, settled: now }, found };
}

/** Tokens flow more evenly than rows end, but those of others' requests are among them. */
function toRate(
  from: PaceSample,
  { now, server }: View,
  seconds: number,
): Pick<Mark, 'rate' | 'unit'> {
  const tokens = (now.load?.tokens ?? 0) - (from.load?.tokens ?? 0);
  if (tokens > 0 && server !== undefined && server.share > 0.9) {
    return { rate: tokens / seconds, unit: 'tokens' };
  }
  return { rate: (now.doneWeight - from.doneWeight) / seconds, unit: 'weight' };
}

/** The mark to go on with, and the way back where the rise since the old one has brought too little. */
export function judge(
  state: PaceState,
  found: Mark,
  hasLoad: boolean,
): { mark: Mark; move?: Move } {
  const { mark } = state;
  if (mark === undefined || !isComparable(state, mark, found)) return { mark: found };
  const ratio = found.budget / mark.budget;
  if (ratio < leastRatio) return judgeSame(mark, found, hasLoad);
  const needed = ratio ** (hasLoad ? exponentWithLoad : exponentWithout);
  if (found.rate >= mark.rate * needed) return { mark: found };
  return { mark: { ...mark, isDoubted: true }, move: toWayBack(state, mark, found) };
}

function isComparable({ from }: PaceState, mark: Mark, found: Mark): boolean {
  if (mark.unit !== found.unit) return false;
  const ratio = found.budget / mark.budget;
  const risenMs = from?.atMs ?? found.atMs;
  return ratio >= 1 / leastRatio && ratio <= mostRatio && risenMs - mark.atMs <= markLivesMs;
}

function toWayBack({ growth }: PaceState, { budget }: Mark, { atMs }: Mark): Move {
  const untilMs = atMs + (budget < 32 ? floorLidMs : lidMs);
  return { to: budget, growth: Math.min(growth, 1.25), lid: { budget, untilMs } };
}

/** At the same budget: where the rows come back much later than before and the server does not tell why,
 *  fewer at once would take as long as before. */
function judgeSame(mark: Mark, found: Mark, hasLoad: boolean): { mark: Mark; move?: Move } {
  const share = found.rate / mark.rate;
  if (hasLoad || share > 0.7)
    return { mark: { ...found, budget: Math.min(mark.budget, found.budget) } };
  return { mark: found, move: { to: found.budget * share, growth: 1.25 } };
}

/** Whether the budget may rise from here without a measurement that says so. */
export function isJustified(state: PaceState, view: View): boolean {
  const { budget } = state;
  const hasLoad = view.server !== undefined;
  if (isDoubtful(state) || (budget >= freeWithout && takesLong(state, view))) return false;
  if (budget < (hasLoad ? freeWithLoad : freeWithout) || isProven(state)) return true;
  return hasLoad && budget < patientWithLoad && hasWaited(state, view);
}

function isDoubtful({ mark, budget }: PaceState): boolean {
  return mark?.isDoubted === true && budget * leastRatio > mark.budget;
}

function isProven({ mark, budget }: PaceState): boolean {
  return mark !== undefined && budget < mark.budget * leastRatio;
}

/** No step leads past the budget up to which a rise may wait for its justification. */
export function toNextBound({ budget }: PaceState): number {
  return budget < patientWithLoad ? patientWithLoad : Infinity;
}

/** By Little's law: what is in flight, by what ends in a second. */
function takesLong({ from }: PaceState, { now, turnovers }: View): boolean {
  if (from === undefined) return false;
  const seconds = (now.atMs - from.atMs) / 1000;
  return seconds > mostSeconds * turnovers + leastSeconds;
}

/** Until the first answers nobody knows how long they are, and how much memory they take on the way. */
function hasWaited({ from }: PaceState, { now, samples }: View): boolean {
  return samples >= patientSamples && from !== undefined && now.doneWeight > from.doneWeight;
}
