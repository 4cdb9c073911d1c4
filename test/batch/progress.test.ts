import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addSample,
  formatDuration,
  type ProgressSample,
  toPercent,
  toRowsPerSecond,
  toSecondsLeft,
} from '../../src/batch/progress.ts';

function sample(seconds: number, finished: number, paused = false): ProgressSample {
  return { atMs: seconds * 1000, finished, paused };
}

function collect(...samples: ProgressSample[]): readonly ProgressSample[] {
  return samples.reduce<readonly ProgressSample[]>((known, next) => addSample(known, next), []);
}

const hundredOpen = { pending: 90, running: 10 };

describe('the speed', () => {
  it('is unknown until enough rows have taken enough time', () => {
    expect(toRowsPerSecond([])).toBeUndefined();
    expect(toRowsPerSecond(collect(sample(0, 0), sample(4, 40)))).toBeUndefined();
    expect(toRowsPerSecond(collect(sample(0, 0), sample(60, 2)))).toBeUndefined();
    expect(toRowsPerSecond(collect(sample(0, 0), sample(10, 20)))).toBe(2);
  });

  it('is that of the last two minutes', () => {
    const samples = collect(sample(0, 0), sample(100, 1000), sample(200, 1100), sample(300, 1200));
    expect(toRowsPerSecond(samples)).toBe(1);
    expect(samples).toHaveLength(3);
  });

  it('leaves out the time that was paused', () => {
    const samples = collect(sample(0, 0), sample(10, 10, true), sample(70, 10), sample(80, 20));
    expect(toRowsPerSecond(samples)).toBe(1);
  });

  it('survives a long pause', () => {
    const samples = collect(sample(0, 0), sample(10, 10, true), sample(500, 10), sample(510, 20));
    expect(toRowsPerSecond(samples)).toBe(1);
  });
});

describe('the time left', () => {
  it('is the open rows at the speed now', () => {
    expect(toSecondsLeft(collect(sample(0, 0), sample(10, 20)), hundredOpen)).toBe(50);
  });

  it('is nothing at the end and unknown at the beginning', () => {
    expect(toSecondsLeft([], { pending: 0, running: 0 })).toBe(0);
    expect(toSecondsLeft([], hundredOpen)).toBeUndefined();
  });

  it('is never negative and always finite', () => {
    const step = fc.tuple(fc.nat(100_000), fc.nat(500), fc.boolean());
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let [atMs, finished] = [0, 0];
        let samples: readonly ProgressSample[] = [];
        for (const [ms, rows, paused] of steps) {
          atMs += ms;
          finished += rows;
          samples = addSample(samples, { atMs, finished, paused });
        }
        const left = toSecondsLeft(samples, hundredOpen);
        expect(left ?? 1).toBeGreaterThan(0);
        expect(left ?? 1).toBeLessThan(1e9);
      }),
    );
  });
});

describe('per cent', () => {
  it.each([
    [{ total: 0, pending: 0, running: 0 }, 100],
    [{ total: 3, pending: 3, running: 0 }, 0],
    [{ total: 3, pending: 1, running: 1 }, 33],
    [{ total: 1000, pending: 0, running: 1 }, 99],
    [{ total: 1000, pending: 0, running: 0 }, 100],
  ])('of %j is %d', (open, percent) => {
    expect(toPercent({ done: 0, failed: 0, cancelled: 0, ...open })).toBe(percent);
  });
});

describe('a duration', () => {
  it.each([
    [0, 'less than half a minute', '不到半分钟'],
    [29.9, 'less than half a minute', '不到半分钟'],
    [30, 'less than a minute', '不到 1 分钟'],
    [60, 'about 1 min', '约 1 分钟'],
    [170, 'about 3 min', '约 3 分钟'],
    [3580, 'about 1 h', '约 1 小时'],
    [5000, 'about 1 h 30 min', '约 1 小时 30 分钟'],
    [12 * 3600 + 1000, 'about 12 h', '约 12 小时'],
    [60 * 3600, 'about 3 days', '约 3 天'],
  ])('of %d seconds is %s', (seconds, english, chinese) => {
    expect(formatDuration(seconds, 'en')).toBe(english);
    expect(formatDuration(seconds, 'zh')).toBe(chinese);
  });
});
