import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianOf, percentileOf, showSpread, spreadOf, toSpreadFields } from './statistics.ts';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });

describe('figures of several rounds', () => {
  it('have as their median the middle one, or the mean of the two in the middle', () => {
    expect(medianOf([5, 1, 9])).toBe(5);
    expect(medianOf([1, 9, 4, 6])).toBe(5);
  });

  it('lie between the lowest and the highest', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const { median, min, max } = spreadOf(values);
        expect(min).toBe(Math.min(...values));
        expect(max).toBe(Math.max(...values));
        expect(median).toBeGreaterThanOrEqual(min);
        expect(median).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('have percentiles that are values of their own, exceeded by no more than the rest', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const value = percentileOf(values, share);
        expect(values).toContain(value);
        const above = values.filter((each) => each > value).length;
        expect(above).toBeLessThanOrEqual((1 - share) * values.length + 1e-6);
      }),
    );
    expect(percentileOf([1, 2, 3, 4], 0.5)).toBe(2);
  });

  it('are shown and named with their spread', () => {
    const spread = spreadOf([1.25, 1.5, 2]);
    expect(showSpread(spread, 1)).toBe('1.5 (1.3 to 2.0)');
    expect(toSpreadFields('rows_per_s', spread)).toEqual({
      rows_per_s: 1.5,
      rows_per_s_min: 1.25,
      rows_per_s_max: 2,
    });
  });

  it('need at least one round', () => {
    expect(() => spreadOf([])).toThrow('no values');
    expect(() => percentileOf([], 0.5)).toThrow('no values');
  });
});
