import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countImageTokens,
  countTextTokens,
  cutToTokens,
  type AreaBounds,
} from '../../../src/sandbox/model/token-count.ts';

function atMost(pixels: number): AreaBounds {
  return { shortest_edge: 65_536, longest_edge: pixels };
}

describe('the tokens of a picture', () => {
  // Measured with the real image processor.
  it.each([
    { width: 200, height: 200, tokens: 64 },
    { width: 256, height: 256, tokens: 64 },
    { width: 640, height: 480, tokens: 300 },
    { width: 1024, height: 768, tokens: 768 },
    { width: 1024, height: 1024, tokens: 1024 },
    { width: 1920, height: 1080, tokens: 2040 },
    { width: 1275, height: 1650, tokens: 2080 },
    { width: 4000, height: 3000, tokens: 11_750 },
    { width: 6000, height: 4000, tokens: 16_224 },
    { width: 1920, height: 1080, tokens: 1008, bounds: atMost(1_048_576) },
    { width: 4000, height: 3000, tokens: 972, bounds: atMost(1_048_576) },
    { width: 4000, height: 3000, tokens: 1230, bounds: atMost(1_310_720) },
    { width: 640, height: 480, tokens: 234, bounds: atMost(262_144) },
  ])('of $width x $height pixels are $tokens', ({ width, height, tokens, bounds }) => {
    expect(countImageTokens({ width, height }, bounds)).toBe(tokens);
  });

  it('round the half block to the even side, as Python does', () => {
    // 16.5 blocks become 16, 17.5 become 18.
    expect(countImageTokens({ width: 528, height: 512 })).toBe(16 * 16);
    expect(countImageTokens({ width: 560, height: 512 })).toBe(18 * 16);
  });

  it('are whole, and within the bounds of the area, for pictures of usual proportions', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 32, max: 8000 }),
        fc.integer({ min: 32, max: 8000 }),
        (w, h) => {
          fc.pre(Math.max(w, h) / Math.min(w, h) < 20);
          const tokens = countImageTokens({ width: w, height: h });
          expect(Number.isInteger(tokens)).toBe(true);
          expect(tokens).toBeGreaterThanOrEqual(64);
          expect(tokens).toBeLessThanOrEqual(16_384);
        },
      ),
    );
  });
});

const anyText = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '杯', '🫖', '\ud800') });

describe('the tokens of a text', () => {
  it('grow with it', () => {
    expect(countTextTokens('')).toBe(0);
    expect(countTextTokens('mug')).toBe(1);
    expect(countTextTokens('马克杯马克杯')).toBe(5);
  });

  it('never exceed the limit that it is cut to, and a text that fits stays whole', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 40 }), (text, limit) => {
        const cut = cutToTokens(text, limit);
        expect(text.startsWith(cut)).toBe(true);
        expect(countTextTokens(cut)).toBeLessThanOrEqual(limit);
        expect(cut === text).toBe(countTextTokens(text) <= limit);
      }),
    );
  });
});
