// Rates out of requests as the model server noted them: the steady part of a run, and how long it took
// until a rate was reached. Times are milliseconds on one clock; requests come in any order.
//
// Answers come in waves (what begins together ends together), so that counting them in a window of 15 s
// is wrong by up to 20 %. A row therefore counts by the share of its time at the server that lies in the
// window; against the simulator's long run that is right to within 1 %.

export interface Answered {
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface SteadyWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** Shares of rows included. */
  readonly rows: number;
  readonly rowsPerS: number;
}

/** Throws where the window is empty. All rows at the server in the window must have been answered. */
export function toWindow(
  answered: readonly Answered[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): SteadyWindow {
  if (!(toMs > fromMs)) throw new Error('the run is too short to take a rate from');
  const rows = answered.reduce((sum, each) => sum + shareOf(each, fromMs, toMs), 0);
  return { fromMs, toMs, rows, rowsPerS: (rows / (toMs - fromMs)) * 1000 };
}

function shareOf({ startedMs, endedMs }: Answered, fromMs: number, toMs: number): number {
  if (startedMs >= toMs || endedMs <= fromMs) return 0;
  const inside = Math.min(endedMs, toMs) - Math.max(startedMs, fromMs);
  // What takes no time is all inside.
  return endedMs > startedMs ? inside / (endedMs - startedMs) : 1;
}

/**
 * A batch, from when as many rows are done as are at the server later on (those begin together) and not
 * before `notBeforeMs`, until 95 % are done, or until the last row but those with it at the server was sent:
 * from then on the server has less and less to do.
 */
export function cutBatch(
  answered: readonly Answered[],
  { rows, notBeforeMs = 0 }: { readonly rows: number; readonly notBeforeMs?: number },
): SteadyWindow {
  const lastSentMs = answered.reduce((last, { startedMs }) => Math.max(last, startedMs), 0);
  const atTheEnd = answered.filter(({ endedMs }) => endedMs > lastSentMs);
  const ends = toSortedEnds(answered);
  const [begun, nearlyDone] = [ends[atTheEnd.length - 1], ends[Math.ceil(rows * 0.95) - 1]];
  if (begun === undefined || nearlyDone === undefined)
    throw new Error('most rows were not answered');
  return toWindow(answered, {
    fromMs: Math.max(begun, notBeforeMs),
    toMs: Math.min(nearlyDone, firstStart(atTheEnd)),
  });
}

/** A closed loop that is broken off: from when every worker has had an answer, until the first of the rows
 *  that were `brokenOff` was sent, if there were any. */
export function cutClosedLoop(
  answered: readonly Answered[],
  { workers, brokenOff }: { readonly workers: number; readonly brokenOff: readonly Answered[] },
): SteadyWindow {
  const ends = toSortedEnds(answered);
  const [fromMs, lastMs] = [ends[workers - 1], ends.at(-1)];
  if (fromMs === undefined || lastMs === undefined) {
    throw new Error('not every worker has had an answer');
  }
  return toWindow(answered, { fromMs, toMs: Math.min(lastMs, firstStart(brokenOff)) });
}

export interface Ramp {
  readonly sinceMs: number;
  /** Over how long the rate is taken. */
  readonly windowMs: number;
  readonly rowsPerS: number;
}

const stepMs = 250;

/** When the rate over the last `windowMs` first was `rowsPerS`, to a quarter of a second; undefined where
 *  it never was. */
export function findRampEnd(
  answered: readonly Answered[],
  { sinceMs, windowMs, rowsPerS }: Ramp,
): number | undefined {
  const lastMs = answered.reduce((last, { endedMs }) => Math.max(last, endedMs), 0);
  for (let toMs = sinceMs + windowMs; toMs <= lastMs; toMs += stepMs) {
    const window = toWindow(answered, { fromMs: toMs - windowMs, toMs });
    if (window.rowsPerS >= rowsPerS) return toMs;
  }
  return undefined;
}

function firstStart(answered: readonly Answered[]): number {
  return answered.reduce((first, { startedMs }) => Math.min(first, startedMs), Infinity);
}

function toSortedEnds(answered: readonly Answered[]): readonly number[] {
  return answered.map(({ endedMs }) => endedMs).toSorted((one, other) => one - other);
}
