// How much of a budget was used over a time.

export interface GateSample {
  /** Milliseconds on any clock. */
  readonly atMs: number;
  /** In flight over budget, 0 to 1. */
  readonly use: number;
}

/** Each sample holds until the next one. Throws where there are fewer than two. */
export function toTimeWeighted(samples: readonly GateSample[]): number {
  let [weighted, whole] = [0, 0];
  for (const [index, { atMs, use }] of samples.entries()) {
    const next = samples[index + 1];
    if (next === undefined) break;
    weighted += use * (next.atMs - atMs);
    whole += next.atMs - atMs;
  }
  if (whole === 0) throw new Error('too few samples of the gate');
  return weighted / whole;
}

/** Requests under way on average between two times, by when each came and went. */
export function toAverageInFlight(
  requests: readonly { readonly startedMs: number; readonly endedMs: number }[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): number {
  const within = requests.map(({ startedMs, endedMs }) =>
    Math.max(0, Math.min(endedMs, toMs) - Math.max(startedMs, fromMs)),
  );
  return within.reduce((sum, ms) => sum + ms, 0) / (toMs - fromMs);
}
