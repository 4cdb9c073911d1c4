import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pixelBudgets } from '../../src/batch/recipe.ts';
import {
  estimateTextTokens,
  toImageTokens,
  toTargetSize,
  toWeight,
} from '../../src/batch/tokens.ts';

const unlimited = 16_777_216;
const budgets = [unlimited, 1280 * 1024, 1024 * 1024, 512 * 1024, 256 * 1024];

describe('image tokens', () => {
  // Measured with the model's own processor at each of the budgets above.
  it.each([
    [256, 256, [64, 64, 64, 64, 64]],
    [100, 100, [64, 64, 64, 64, 64]],
    [96, 64, [70, 70, 70, 70, 70]],
    [640, 480, [300, 300, 300, 300, 234]],
    [1024, 768, [768, 768, 768, 494, 234]],
    [1024, 1024, [1024, 1024, 1024, 484, 256]],
    [1920, 1080, [2040, 1222, 1008, 480, 252]],
    [1275, 1650, [2080, 1240, 1008, 475, 252]],
    [4000, 3000, [11_750, 1230, 972, 494, 234]],
    [6000, 4000, [16_224, 1247, 1014, 486, 247]],
  ])('of %d x %d are those that the processor counts', (width, height, expected) => {
    const counted = budgets.map((budget) => toImageTokens(toTargetSize({ width, height }, budget)));
    expect(counted).toEqual(expected);
  });
});

/** Python's `round`: from the middle to the even one. */
function roundAsPython(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** `smart_resize` as the processor has it in Python, with a block of 32 and its own two areas. */
function countAsProcessor(height: number, width: number): number {
  const block = 32;
  const [least, most] = [65_536, 16_777_216];
  let rows = roundAsPython(height / block) * block;
  let columns = roundAsPython(width / block) * block;
  if (rows * columns > most) {
    const beta = Math.sqrt((height * width) / most);
    rows = Math.max(block, Math.floor(height / beta / block) * block);
    columns = Math.max(block, Math.floor(width / beta / block) * block);
  } else if (rows * columns < least) {
    const beta = Math.sqrt(least / (height * width));
    rows = Math.ceil((height * beta) / block) * block;
    columns = Math.ceil((width * beta) / block) * block;
  }
  return (rows * columns) / (block * block);
}

describe('the tokens of a picture that was shrunk to its budget', () => {
  it('are exactly those that the processor makes of it', () => {
    const side = fc.integer({ min: 8, max: 7000 });
    const budget = fc.constantFrom(...Object.values(pixelBudgets));
    fc.assert(
      fc.property(side, side, budget, (width, height, pixels) => {
        // Larger or narrower pictures are refused.
        fc.pre(Math.max(width, height) <= 50 * Math.min(width, height));
        const sent = toTargetSize({ width, height }, pixels);
        expect(toImageTokens(sent)).toBe(countAsProcessor(sent.height, sent.width));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('target size', () => {
  const side = fc.integer({ min: 1, max: 20_000 });
  const budget = fc.constantFrom(...Object.values(pixelBudgets));

  it('has sides in multiples of 32 and keeps within the budget', () => {
    fc.assert(
      fc.property(side, side, budget, (width, height, pixels) => {
        const size = toTargetSize({ width, height }, pixels);
        expect([size.width % 32, size.height % 32]).toEqual([0, 0]);
        expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(32);
        expect(size.width * size.height).toBeLessThanOrEqual(pixels);
      }),
    );
  });

  it('is never larger than the picture beyond the next block', () => {
    fc.assert(
      fc.property(side, side, budget, (width, height, pixels) => {
        const size = toTargetSize({ width, height }, pixels);
        expect(size.width).toBeLessThanOrEqual(Math.max(32, width + 16));
        expect(size.height).toBeLessThanOrEqual(Math.max(32, height + 16));
      }),
    );
  });

  it('stays as it is when applied again', () => {
    fc.assert(
      fc.property(side, side, budget, (width, height, pixels) => {
        const size = toTargetSize({ width, height }, pixels);
        expect(toTargetSize(size, pixels)).toEqual(size);
      }),
    );
  });

  it('rounds from the middle to the even block, as the processor does', () => {
    expect(toTargetSize({ width: 16 + 32 * 4, height: 16 + 32 * 5 }, unlimited)).toEqual({
      width: 32 * 4,
      height: 32 * 6,
    });
  });
});

describe('text tokens', () => {
  it('count a Chinese character and a digit as one and Latin letters by the handful', () => {
    expect(estimateTextTokens('')).toBe(0);
    expect(estimateTextTokens('防水背包')).toBe(4);
    expect(estimateTextTokens('2026')).toBe(4);
    expect(estimateTextTokens('a waterproof backpack')).toBe(6);
  });
});

describe('weight', () => {
  it.each([
    [0, 1],
    [1, 1],
    [1024, 1],
    [1025, 2],
    [8192, 8],
    [1_000_000, 8],
  ])('of %d tokens is %d', (tokens, weight) => {
    expect(toWeight(tokens)).toBe(weight);
  });
});
