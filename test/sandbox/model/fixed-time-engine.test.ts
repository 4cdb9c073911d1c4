import { describe, expect, it } from 'vitest';
import type { Work } from '../../../src/sandbox/model/engine.ts';
import { FixedTimeEngine } from '../../../src/sandbox/model/fixed-time-engine.ts';
import type { PromptPart } from '../../../src/sandbox/model/prompt-part.ts';

const picture: PromptPart = {
  key: 'a',
  tokens: 200,
  picture: { inputPixels: 200_000, format: 'jpeg' },
};
const text: PromptPart = { key: 'b', tokens: 100 };
const work: Work = { parts: [picture, text], completionTokens: 100, extraMs: 0 };
const endless: Work = { ...work, extraMs: Infinity };

describe('an engine with fixed times', () => {
  it('runs so many at once and lets the others wait', async () => {
    const engine = new FixedTimeEngine({ imageMs: 0, tokenMs: 0, maxRunning: 2 });
    const aborts = Array.from({ length: 5 }, () => new AbortController());
    const runs = aborts.map(({ signal }) => engine.run(endless, signal));
    expect([engine.running, engine.waiting]).toEqual([2, 3]);
    for (const abort of aborts) abort.abort(new Error('away'));
    const ends = await Promise.allSettled(runs);
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
    expect([engine.running, engine.waiting, engine.heldTokens]).toEqual([0, 0, 0]);
  });

  it('admits in the order of arrival', async () => {
    const engine = new FixedTimeEngine({ imageMs: 0, tokenMs: 0, maxRunning: 1 });
    const gate = new AbortController();
    const first = engine.run(endless, gate.signal);
    const order: number[] = [];
    const { signal } = new AbortController();
    const others = [1, 2, 3].map((n) => engine.run(work, signal).then(() => order.push(n)));
    gate.abort(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await Promise.all(others);
    expect(order).toEqual([1, 2, 3]);
  });

  it('gives the place of one that goes away while waiting to nobody twice', async () => {
    const engine = new FixedTimeEngine({ imageMs: 0, tokenMs: 0, maxRunning: 1 });
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = engine.run(endless, running.signal);
    const second = engine.run(endless, waiting.signal);
    const third = engine.run(work, new AbortController().signal);
    waiting.abort(new Error('away'));
    await expect(second).rejects.toThrow('away');
    expect([engine.running, engine.waiting]).toEqual([1, 1]);
    running.abort(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await third;
    expect([engine.running, engine.waiting]).toEqual([0, 0]);
  });

  it('lets nothing in that was aborted before', async () => {
    const engine = new FixedTimeEngine({ imageMs: 0, tokenMs: 0, maxRunning: 1 });
    await expect(engine.run(work, AbortSignal.abort(new Error('away')))).rejects.toThrow('away');
    expect(engine.running).toBe(0);
  });

  it('takes for each picture and token what it says', async () => {
    const engine = new FixedTimeEngine({ imageMs: 6, tokenMs: 0.02, maxRunning: 1 });
    const { signal } = new AbortController();
    expect(await engine.run({ ...work, parts: [picture, picture, text] }, signal)).toMatchObject({
      prefillMs: 12,
      decodeMs: 2,
    });
  });

  it('holds the tokens of what runs', async () => {
    const engine = new FixedTimeEngine({ imageMs: 0, tokenMs: 0, maxRunning: 4 });
    const abort = new AbortController();
    const run = engine.run(endless, abort.signal);
    await Promise.resolve();
    expect(engine.heldTokens).toBe(400);
    abort.abort(new Error('away'));
    await expect(run).rejects.toThrow('away');
    expect(engine.heldTokens).toBe(0);
  });
});
