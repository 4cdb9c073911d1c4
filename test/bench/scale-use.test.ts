import { describe, expect, it } from 'vitest';
import { toAverageInFlight, toTimeWeighted } from './scale-use.ts';

describe('the use of a budget over a time', () => {
  it('counts a sample for as long as it held', () => {
    const samples = [
      { atMs: 0, use: 1 },
      { atMs: 90, use: 0.5 },
      { atMs: 100, use: 0 },
    ];
    expect(toTimeWeighted(samples)).toBeCloseTo(0.95);
  });

  it('is not said where there is no time between samples', () => {
    expect(() => toTimeWeighted([{ atMs: 5, use: 1 }])).toThrow('too few samples');
  });

  it('counts of every request the part that lies in that time', () => {
    const requests = [
      { startedMs: -100, endedMs: 50 },
      { startedMs: 20, endedMs: 400 },
      { startedMs: 60, endedMs: 80 },
      { startedMs: 150, endedMs: 160 },
    ];
    expect(toAverageInFlight(requests, { fromMs: 0, toMs: 100 })).toBeCloseTo(1.5);
  });
});
