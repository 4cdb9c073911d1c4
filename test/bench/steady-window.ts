// Rates out of completions as the model server noted them: the steady part of a run, and how long it took
// until the rate was reached. Times are milliseconds on one clock; completions come in any order.

export interface Completion {
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface SteadyWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** Completions after `fromMs` up to `toMs`. */
  readonly rows: number;
  readonly rowsPerS: number;
}

/** Both ends lie on completions, so that the rate does not hang on where a gap is cut.
 *  Throws where fewer than two completions lie between. */
export function toWindow(
  completions: readonly Completion[],
  between: { readonly fromMs: number; readonly toMs: number },
): SteadyWindow {
  const ends = toSortedEnds(completions).filter(
    (endedMs) => endedMs >= between.fromMs && endedMs <= between.toMs,
  );
  const [fromMs] = ends;
  const toMs = ends.at(-1);
  if (fromMs === undefined || toMs === undefined || toMs === fromMs) {
    throw new Error('the run is too short to take a rate from');
  }
  const rows = ends.filter((endedMs) => endedMs > fromMs).length;
  return { fromMs, toMs, rows, rowsPerS: (rows / (toMs - fromMs)) * 1000 };
}

/** A batch: from 10 % of its rows on, and not before `notBeforeMs`, until 95 % are done or the last one
 *  has been sent, whichever is first: from then on the server has less and less to do. */
export function cutBatch(
  completions: readonly Completion[],
  { rows, notBeforeMs = 0 }: { readonly rows: number; readonly notBeforeMs?: number },
): SteadyWindow {
  const ends = toSortedEnds(completions);
  const [start, end] = [ends[Math.ceil(rows * 0.1)], ends[Math.ceil(rows * 0.95) - 1]];
  if (start === undefined || end === undefined) throw new Error('most rows were not answered');
  const lastSentMs = completions.reduce((last, { startedMs }) => Math.max(last, startedMs), 0);
  return toWindow(completions, {
    fromMs: Math.max(start, notBeforeMs),
    toMs: Math.min(end, lastSentMs),
  });
}

/** A closed loop that is broken off at `toMs`: from when each of its `workers` has had an answer. */
export function cutClosedLoop(
  completions: readonly Completion[],
  { workers, toMs }: { readonly workers: number; readonly toMs: number },
): SteadyWindow {
  const fromMs = toSortedEnds(completions)[workers - 1];
  if (fromMs === undefined) throw new Error('not every worker has had an answer');
  return toWindow(completions, { fromMs, toMs });
}

export interface Ramp {
  readonly sinceMs: number;
  /** Over how long the rate is taken. */
  readonly windowMs: number;
  readonly rowsPerS: number;
}

/** When the rate over the last `windowMs` first was `rowsPerS`; undefined where it never was. */
export function findRampEnd(
  completions: readonly Completion[],
  { sinceMs, windowMs, rowsPerS }: Ramp,
): number | undefined {
  const ends = toSortedEnds(completions).filter((endedMs) => endedMs >= sinceMs);
  const needed = (rowsPerS * windowMs) / 1000;
  let first = 0;
  return ends.find((endedMs, last) => {
    while ((ends[first] ?? Infinity) <= endedMs - windowMs) first += 1;
    return last - first + 1 >= needed;
  });
}

function toSortedEnds(completions: readonly Completion[]): readonly number[] {
  return completions.map(({ endedMs }) => endedMs).toSorted((one, other) => one - other);
}
