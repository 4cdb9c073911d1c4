import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBatch, cutClosedLoop, findRampEnd, toWindow, type Answered } from './steady-window.ts';

/** One answer every `everyMs`, the first at `everyMs`, each after `tookMs` at the server. */
function evenly(count: number, everyMs: number, tookMs = 1000): Answered[] {
  return Array.from({ length: count }, (_, index) => {
    const endedMs = (index + 1) * everyMs;
    return { startedMs: endedMs - tookMs, endedMs };
  });
}

/** `workers` requests that begin together and end together, again and again. */
function inWaves(workers: number, waves: number, tookMs: number): Answered[] {
  return Array.from({ length: workers * waves }, (_, index) => {
    const startedMs = Math.floor(index / workers) * tookMs;
    return { startedMs, endedMs: startedMs + tookMs };
  });
}

const anyCut = fc.tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 9000 }));

describe('the rate between two times', () => {
  it('is the same wherever it is cut, also where answers come in waves', () => {
    fc.assert(
      fc.property(anyCut, ([a, b]) => {
        const between = { fromMs: 20_000 + a, toMs: 40_000 + b };
        expect(toWindow(inWaves(50, 20, 10_000), between).rowsPerS).toBeCloseTo(5, 9);
        expect(toWindow(evenly(100, 1000, 5000), between).rowsPerS).toBeCloseTo(1, 1);
      }),
    );
  });

  it('counts a row once over windows that lie side by side', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), (middle) => {
        const answered = [...evenly(90, 1000, 700), ...inWaves(7, 9, 9000)];
        const before = toWindow(answered, { fromMs: -1000, toMs: middle });
        const after = toWindow(answered, { fromMs: middle, toMs: 100_000 });
        expect(before.rows + after.rows).toBeCloseTo(answered.length, 6);
      }),
    );
  });

  it('counts rows that take no time', () => {
    expect(toWindow(evenly(100, 100, 0), { fromMs: 1050, toMs: 2050 }).rows).toBe(10);
  });

  it('cannot be taken from no time at all', () => {
    expect(() => toWindow(evenly(9, 1000), { fromMs: 5000, toMs: 5000 })).toThrow('too short');
  });
});

describe('the steady part of a batch', () => {
  it('leaves out as many rows as begin together, and those with the last one at the server', () => {
    // Ten at a time at the server, and then thirty: the last is sent at 7 s, and the first of the thirty
    // with it at 4.1 s.
    const { fromMs, toMs } = cutBatch(evenly(1000, 100), { rows: 1000 });
    expect(fromMs).toBe(1000);
    expect(toMs).toBe(95_000);
    const slow = evenly(100, 100, 3000);
    expect(cutBatch(slow, { rows: 100 }).toMs).toBe(4100);
  });

  it('begins after the cold start', () => {
    expect(cutBatch(evenly(1000, 100), { rows: 1000, notBeforeMs: 60_000 }).fromMs).toBe(60_000);
  });

  it('cannot be found where most rows were not answered', () => {
    expect(() => cutBatch(evenly(50, 100), { rows: 100 })).toThrow('not answered');
  });
});

describe('the steady part of a closed loop', () => {
  const brokenOff = [
    { startedMs: 9000, endedMs: 10_000 },
    { startedMs: 9500, endedMs: 10_000 },
  ];

  it('begins when every worker has had an answer, and ends before what was broken off', () => {
    const { fromMs, toMs } = cutClosedLoop(evenly(100, 100), { workers: 20, brokenOff });
    expect(fromMs).toBe(2000);
    expect(toMs).toBe(9000);
  });

  it('ends with the last answer where nothing was broken off', () => {
    const { toMs, rowsPerS } = cutClosedLoop(evenly(100, 100), { workers: 20, brokenOff: [] });
    expect(toMs).toBe(10_000);
    expect(rowsPerS).toBeGreaterThan(9);
  });

  it('cannot be found where a worker has had no answer', () => {
    const few = evenly(5, 100);
    expect(() => cutClosedLoop(few, { workers: 6, brokenOff })).toThrow('every worker');
  });
});

describe('the end of a ramp', () => {
  it('is where the rate over the window is reached', () => {
    // One a second for 20 s, then ten a second.
    const answered = [
      ...evenly(20, 1000, 500),
      ...evenly(300, 100, 500).map(({ startedMs, endedMs }) => ({
        startedMs: 20_000 + startedMs,
        endedMs: 20_000 + endedMs,
      })),
    ];
    const end = findRampEnd(answered, { sinceMs: 0, windowMs: 5000, rowsPerS: 9.5 });
    expect(end).toBeGreaterThanOrEqual(24_000);
    expect(end).toBeLessThanOrEqual(25_000);
  });

  it('is not taken from a wave of answers', () => {
    const end = findRampEnd(inWaves(50, 8, 10_000), { sinceMs: 0, windowMs: 2000, rowsPerS: 5.5 });
    expect(end).toBeUndefined();
  });

  it('is not found where the rate is never reached', () => {
    const slow = evenly(100, 1000);
    expect(findRampEnd(slow, { sinceMs: 0, windowMs: 5000, rowsPerS: 2 })).toBeUndefined();
  });

  it('is looked for a window after the start at the earliest', () => {
    const end = findRampEnd(evenly(100, 100), { sinceMs: 5000, windowMs: 2000, rowsPerS: 9 });
    expect(end).toBe(7000);
  });
});
