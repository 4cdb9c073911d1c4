import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvCache, type Holding } from '../../../src/sandbox/model/kv-cache.ts';
import type { PromptPart } from '../../../src/sandbox/model/prompt-part.ts';

function part(key: string, tokens: number): PromptPart {
  return { key, tokens };
}

function hold(kv: KvCache, prompt: readonly PromptPart[], more = 0): Holding {
  const tokens = prompt.reduce((sum, each) => sum + each.tokens, more);
  const holding = kv.hold(prompt, tokens);
  if (holding === undefined) throw new Error('There was no room.');
  return holding;
}

describe('the KV cache', () => {
  it('counts blocks of 16 tokens', () => {
    const kv = new KvCache(1600);
    hold(kv, [part('a', 17)]);
    expect([kv.blocks, kv.heldBlocks, kv.freeBlocks]).toEqual([100, 2, 98]);
  });

  it('keeps a common beginning once, in whole blocks', () => {
    const kv = new KvCache(1600);
    const shared = part('shared', 100);
    expect(hold(kv, [shared, part('a', 50)]).cachedTokens).toBe(0);
    expect(kv.heldBlocks).toBe(10);
    const second = hold(kv, [shared, part('b', 50)]);
    expect(second.cachedTokens).toBe(96);
    expect(kv.heldBlocks).toBe(10 + 4);
  });

  it('finds nothing behind the first difference', () => {
    const kv = new KvCache(1600);
    hold(kv, [part('a', 32), part('same', 32)]);
    expect(hold(kv, [part('b', 32), part('same', 32)]).cachedTokens).toBe(0);
  });

  it('leaves the last token of a known prompt to be computed', () => {
    const kv = new KvCache(1600);
    hold(kv, [part('a', 32)]);
    expect(hold(kv, [part('a', 32)]).cachedTokens).toBe(16);
  });

  it('still finds what nobody holds any more, until its blocks are needed', () => {
    const kv = new KvCache(160);
    const prompt = [part('a', 64), part('b', 16)];
    kv.release(hold(kv, prompt), 80);
    expect(kv.heldBlocks).toBe(0);
    const again = hold(kv, [part('a', 64), part('c', 16)]);
    expect(again.cachedTokens).toBe(64);
    kv.release(again, 80);
    kv.release(hold(kv, [part('d', 160)]), 160);
    expect(hold(kv, prompt).cachedTokens).toBe(0);
  });

  it('does not find what was not computed when it was let go of', () => {
    const kv = new KvCache(1600);
    kv.release(hold(kv, [part('a', 64), part('b', 64)]), 80);
    expect(hold(kv, [part('a', 64), part('b', 64)]).cachedTokens).toBe(64);
  });

  it('refuses what does not fit and changes nothing', () => {
    const kv = new KvCache(160);
    const first = hold(kv, [part('a', 128)]);
    expect(kv.hold([part('b', 64)], 64)).toBeUndefined();
    expect(kv.grow(first, 3)).toBe(false);
    expect(kv.grow(first, 2)).toBe(true);
    expect(kv.freeBlocks).toBe(0);
  });

  it('never holds more than there is, and is empty when all have let go', () => {
    const step = fc.record({
      shared: fc.constantFrom('x', 'y'),
      own: fc.nat(5),
      tokens: fc.integer({ min: 1, max: 200 }),
      release: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const kv = new KvCache(800);
        const held: Holding[] = [];
        for (const { shared, own, tokens, release } of steps) {
          const oldest = release ? held.shift() : undefined;
          if (oldest !== undefined) kv.release(oldest, tokens);
          // A key means one content, so one length.
          const prompt = [part(shared, 90), part(`own ${own}`, 10 + own * 20)];
          const taken = kv.hold(prompt, 100 + own * 20 + tokens);
          if (taken !== undefined) held.push(taken);
          expect(kv.heldBlocks).toBeLessThanOrEqual(kv.blocks);
          expect(kv.heldBlocks).toBeGreaterThanOrEqual(0);
        }
        for (const holding of held) kv.release(holding, 0);
        expect(kv.heldBlocks).toBe(0);
        expect(kv.hold([part('all', 800)], 800)).toBeDefined();
      }),
    );
  });
});
