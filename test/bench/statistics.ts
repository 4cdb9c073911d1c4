// Figures of several rounds as one: the median, and how far apart they lie.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws on an empty list. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  const [min] = sorted;
  const max = sorted.at(-1);
  if (upper === undefined || lower === undefined || min === undefined || max === undefined) {
    throw new Error('no values to take the median of');
  }
  return { median: (lower + upper) / 2, min, max };
}

/** "48.2 (46.0 to 49.1)". */
export function showSpread({ median, min, max }: Spread, digits: number): string {
  const [middle, low, high] = [median, min, max].map((value) => value.toFixed(digits));
  return `${middle} (${low} to ${high})`;
}
