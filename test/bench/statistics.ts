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

export function medianOf(values: readonly number[]): number {
  return spreadOf(values).median;
}

/** The smallest value that at least `share` (0 to 1) of the values do not exceed. Throws on an empty list. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('no values to take a percentile of');
  return value;
}

/** "48.2 (46.0 to 49.1)". */
export function showSpread({ median, min, max }: Spread, digits: number): string {
  const [middle, low, high] = [median, min, max].map((value) => value.toFixed(digits));
  return `${middle} (${low} to ${high})`;
}

/** The median under the name, and the lowest and the highest under NAME_min and NAME_max. */
export function toSpreadFields(
  name: string,
  { median, min, max }: Spread,
  digits = 3,
): Record<string, number> {
  const fields = { [name]: median, [`${name}_min`]: min, [`${name}_max`]: max };
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, round(value, digits)]),
  );
}

/** To so many digits behind the point. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
