// How fast a batch goes and how long it will still take, from what was finished when.

import type { Counts } from './batch.ts';
import type { Language } from './language.ts';

/** What was known at one moment. Moments are milliseconds on one clock, in order. */
export interface ProgressSample {
  readonly atMs: number;
  /** Rows done or failed so far; never falls. */
  readonly finished: number;
  /** True while the batch waits for something and no row can finish. */
  readonly paused: boolean;
}

/** Samples older than this say nothing about the speed now. */
const windowMs = 120_000;
/** Less than this is too little to judge by: the first rows come late and all at once. */
const minSpanMs = 5000;
const minRows = 3;

/** Adds a sample and forgets those that have left the window; one older than it is kept as its edge. */
export function addSample(
  samples: readonly ProgressSample[],
  sample: ProgressSample,
): readonly ProgressSample[] {
  const edge = samples.findLastIndex(({ atMs }) => atMs <= sample.atMs - windowMs);
  return [...samples.slice(Math.max(0, edge)), sample];
}

/** Rows a second over the window, without the time that was paused; undefined until it can be told. */
export function toRowsPerSecond(samples: readonly ProgressSample[]): number | undefined {
  let spanMs = 0;
  let rows = 0;
  for (const [index, sample] of samples.entries()) {
    const before = samples[index - 1];
    if (before === undefined) continue;
    rows += sample.finished - before.finished;
    if (!before.paused) spanMs += sample.atMs - before.atMs;
  }
  return spanMs < minSpanMs || rows < minRows ? undefined : rows / (spanMs / 1000);
}

/** Seconds until the last row is finished at the speed of the window; undefined until it can be told. */
export function toSecondsLeft(
  samples: readonly ProgressSample[],
  counts: Pick<Counts, 'pending' | 'running'>,
): number | undefined {
  const open = counts.pending + counts.running;
  if (open === 0) return 0;
  const rowsPerSecond = toRowsPerSecond(samples);
  return rowsPerSecond === undefined ? undefined : open / rowsPerSecond;
}

/** Whole per cent of the rows that have an outcome; 100 only when all have. */
export function toPercent({ total, pending, running }: Counts): number {
  if (total === 0) return 100;
  return Math.floor(((total - pending - running) / total) * 100);
}

/** A length of time in words, as exact as it deserves: "about 3 min", "约 3 分钟". */
export function formatDuration(seconds: number, language: Language): string {
  const { about, lessThan, minutes: min, hours: h, days: d, gap } = units[language];
  if (seconds < 60) return seconds < 30 ? lessThan(30) : lessThan(60);
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return about(`${minutes}${gap}${min}`);
  const quarters = Math.round(minutes / 15);
  const hours = Math.floor(quarters / 4);
  const rest = (quarters % 4) * 15;
  if (hours >= 48) return about(`${Math.round(hours / 24)}${gap}${d}`);
  if (rest === 0 || hours >= 10) return about(`${Math.round(quarters / 4)}${gap}${h}`);
  return about(`${hours}${gap}${h}${gap}${rest}${gap}${min}`);
}

interface Units {
  readonly about: (length: string) => string;
  readonly lessThan: (seconds: 30 | 60) => string;
  readonly minutes: string;
  readonly hours: string;
  readonly days: string;
  /** Between a number and its unit. */
  readonly gap: string;
}

const units: Readonly<Record<Language, Units>> = {
  en: {
    about: (length) => `about ${length}`,
    lessThan: (seconds) => (seconds === 30 ? 'less than half a minute' : 'less than a minute'),
    minutes: 'min',
    hours: 'h',
    days: 'days',
    gap: ' ',
  },
  zh: {
    about: (length) => `约 ${length}`,
    lessThan: (seconds) => (seconds === 30 ? '不到半分钟' : '不到 1 分钟'),
    minutes: '分钟',
    hours: '小时',
    days: '天',
    gap: ' ',
  },
};
