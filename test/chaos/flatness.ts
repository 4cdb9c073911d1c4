// Whether a figure that was sampled over time stays flat: the middle of its last third against the middle
// of its first. Middles, because single samples fall before and after garbage collections.

export interface Figure {
  readonly name: string;
  readonly samples: readonly number[];
  /** How far the last third may lie above the first: a share of it, and at least so much. */
  readonly share: number;
  readonly least: number;
}

export interface Judged {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly isFlat: boolean;
}

/** Fewer than six samples prove nothing and are not flat. */
export function judgeFlatness({ name, samples, share, least }: Figure): Judged {
  const third = Math.floor(samples.length / 3);
  const first = toMedian(samples.slice(0, third));
  const last = toMedian(samples.slice(-third));
  const isFlat = third >= 2 && last - first <= Math.max(first * share, least);
  return { name, first, last, isFlat };
}

function toMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? NaN;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
