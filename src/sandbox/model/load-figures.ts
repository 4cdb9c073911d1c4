// What a simulated load came to.

import type { EngineTotals, Timing } from './engine.ts';

export interface Spread {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Peaks {
  readonly running: number;
  readonly waiting: number;
  /** In the render stage, which no metric shows. */
  readonly rendering: number;
  /** Share of the KV cache, 0 to 1. */
  readonly cacheUse: number;
}

export interface LoadFigures {
  readonly answered: number;
  readonly refused: number;
  /** From the first row sent to the last answer. */
  readonly totalMs: number;
  /** Answers over the whole time. */
  readonly rowsPerS: number;
  /** Answers after the first 20 % and before the last 10 %, over the time between these; whole waves
   *  of as many as are in flight, since rows that were sent together end nearly together. */
  readonly steadyRowsPerS: number;
  /** Milliseconds of a row, from sending it. */
  readonly latencyMs: Spread;
  readonly firstTokenMs: Spread;
  /** Before the engine heard of it. */
  readonly renderMs: Spread;
  /** Between two tokens of a row. */
  readonly betweenTokensMs: Spread;
  /** A row's time after its first token, for each further token. */
  readonly perTokenMs: Spread;
  readonly peaks: Peaks;
  readonly totals: EngineTotals;
}

export interface AnsweredRow {
  readonly timing: Timing;
  readonly endMs: number;
  readonly outputTokens: number;
}

export interface Observed {
  /** In order of their ends. */
  readonly answered: readonly AnsweredRow[];
  readonly refused: number;
  /** How long steps took, and tokens decoded in them. */
  readonly steps: readonly (readonly [durationMs: number, tokens: number])[];
  readonly peaks: Peaks;
  readonly totals: EngineTotals;
  /** Rows that were sent together. */
  readonly wave: number;
}

export function toLoadFigures(observed: Observed): LoadFigures {
  const { answered, refused, steps, peaks, totals } = observed;
  const totalMs = answered.at(-1)?.endMs ?? 0;
  const spreadOf = (read: (row: AnsweredRow) => number): Spread =>
    toSpread(answered.map((row) => [read(row), 1] as const));
  return {
    answered: answered.length,
    refused,
    totalMs,
    rowsPerS: (answered.length / totalMs) * 1000,
    steadyRowsPerS: toSteadyRate(observed),
    latencyMs: spreadOf(({ timing }) => toFirstToken(timing) + timing.decodeMs),
    firstTokenMs: spreadOf(({ timing }) => toFirstToken(timing)),
    renderMs: spreadOf(({ timing }) => timing.renderMs),
    betweenTokensMs: toSpread(steps),
    perTokenMs: spreadOf(({ timing, outputTokens }) => timing.decodeMs / (outputTokens - 1 || 1)),
    peaks,
    totals,
  };
}

function toFirstToken({ renderMs, queuedMs, prefillMs }: Timing): number {
  return renderMs + queuedMs + prefillMs;
}

function toSteadyRate({ answered, wave }: Observed): number {
  const [from, last] = [0.2, 0.9].map((share) => Math.floor(share * (answered.length - 1)));
  if (from === undefined || last === undefined || last <= from) return Number.NaN;
  const waves = Math.floor((last - from) / wave);
  const to = waves === 0 ? last : from + waves * wave;
  const ms = (answered[to]?.endMs ?? 0) - (answered[from]?.endMs ?? 0);
  return ((to - from) / ms) * 1000;
}

/** Of values that count as often as their weights say. */
function toSpread(values: readonly (readonly [value: number, weight: number])[]): Spread {
  const sorted = values.toSorted(([one], [other]) => one - other);
  let total = 0;
  let weights = 0;
  for (const [value, weight] of sorted) {
    total += value * weight;
    weights += weight;
  }
  const at = (share: number): number => {
    let before = 0;
    for (const [value, weight] of sorted) {
      before += weight;
      if (before >= share * weights) return value;
    }
    return Number.NaN;
  };
  return { mean: total / weights, p50: at(0.5), p99: at(0.99), max: at(1) };
}
