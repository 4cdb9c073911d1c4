import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Timing, Work } from '../../../src/sandbox/model/engine.ts';
import { GpuEngine } from '../../../src/sandbox/model/gpu-engine.ts';
import { gpuProfiles, type EngineSettings } from '../../../src/sandbox/model/gpu-profiles.ts';
import type { PromptPart } from '../../../src/sandbox/model/prompt-part.ts';
import { simulateClosedLoop } from '../../../src/sandbox/model/simulate-load.ts';
import { VirtualClock } from '../../../src/sandbox/model/virtual-clock.ts';

interface World {
  readonly clock: VirtualClock;
  readonly engine: GpuEngine;
  /** Names in order of their ends. */
  readonly done: string[];
  readonly refused: string[];
  readonly timings: Map<string, Timing>;
  submit(name: string, work?: Partial<Work>): { abort(): void };
  finish(): void;
}

function createWorld(settings: Partial<EngineSettings> = {}): World {
  const clock = new VirtualClock();
  const engine = new GpuEngine({ clock, settings: { ...gpuProfiles['4090'], ...settings } });
  const done: string[] = [];
  const refused: string[] = [];
  const timings = new Map<string, Timing>();
  return {
    clock,
    engine,
    done,
    refused,
    timings,
    submit: (name, work = {}) =>
      engine.submit(
        { parts: [toText(name, 100)], completionTokens: 50, extraMs: 0, ...work },
        {
          onDone: (timing) => {
            done.push(name);
            timings.set(name, timing);
          },
          onRefused: () => void refused.push(name),
        },
      ),
    finish: () => {
      while (clock.nextMs() < Infinity) clock.advanceTo(clock.nextMs());
    },
  };
}

function toText(key: string, tokens: number): PromptPart {
  return { key, tokens };
}

function toPicture(key: string, tokens = 1024): PromptPart {
  return { key, tokens, picture: { inputPixels: tokens * 1024, format: 'jpeg' } };
}

describe('the simulated GPU', () => {
  it('runs so many at once, in order of arrival', () => {
    const world = createWorld({ maxNumSeqs: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.submit(name);
    world.clock.advanceTo(50);
    expect([world.engine.running, world.engine.waiting]).toEqual([2, 3]);
    world.finish();
    expect(world.done).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(world.engine.heldTokens).toBe(0);
  });

  it('lets one that does not fit hold up those behind it', () => {
    const world = createWorld({ kvTokens: 1600 });
    world.submit('first', { parts: [toText('first', 1000)] });
    world.submit('large', { parts: [toText('large', 1000)], completionTokens: 1 });
    world.submit('small', { completionTokens: 1 });
    world.clock.advanceTo(100);
    expect([world.engine.running, world.engine.waiting]).toEqual([1, 2]);
    world.finish();
    expect(world.done).toEqual(['first', 'large', 'small']);
  });

  it('preempts the last when the cache is full, and still finishes everything', () => {
    const world = createWorld({ kvTokens: 3200 });
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) {
      world.submit(name, { parts: [toText(name, 700)], completionTokens: 400 });
    }
    let most = 0;
    while (world.clock.nextMs() < Infinity) {
      most = Math.max(most, world.engine.heldTokens);
      world.clock.advanceTo(world.clock.nextMs());
    }
    expect(world.engine.totals.preemptions).toBeGreaterThan(0);
    expect(world.done.toSorted()).toEqual(names);
    expect(world.done[0]).toBe('a');
    expect(world.engine.totals.generatedTokens).toBe(4 * 400);
    expect(most).toBeGreaterThan(2800);
    expect(most).toBeLessThanOrEqual(world.engine.cacheTokens);
  });

  it('lets a preempted one go on before those that never ran', () => {
    const world = createWorld({ kvTokens: 1600 });
    for (const name of ['a', 'b']) {
      world.submit(name, { parts: [toText(name, 700)], completionTokens: 200 });
    }
    world.submit('late', { parts: [toText('late', 900)], completionTokens: 1 });
    world.finish();
    expect(world.engine.totals.preemptions).toBe(1);
    expect(world.done).toEqual(['a', 'b', 'late']);
  });

  it('frees the place and the blocks of an aborted request at once', () => {
    const world = createWorld({ maxNumSeqs: 1 });
    const first = world.submit('first', { extraMs: Infinity });
    world.submit('second');
    world.clock.advanceTo(60_000);
    expect([world.engine.running, world.engine.waiting]).toEqual([1, 1]);
    const held = world.engine.heldTokens;
    first.abort();
    expect(held).toBeGreaterThan(0);
    expect(world.engine.running).toBe(1);
    world.finish();
    expect(world.done).toEqual(['second']);
    expect([world.engine.running, world.engine.heldTokens]).toEqual([0, 0]);
  });

  it('lets go of a request wherever it is aborted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ atMs: fc.nat(3000), keeps: fc.boolean() }), { minLength: 1 }),
        (asked) => {
          const world = createWorld({ kvTokens: 4000, maxNumSeqs: 3 });
          for (const [index, { atMs, keeps }] of asked.entries()) {
            const parts = [toPicture(`p${index}`), toText(`t${index}`, 60)];
            const submission = world.submit(String(index), { parts });
            if (!keeps) world.clock.at(atMs, () => submission.abort());
          }
          world.finish();
          const kept = [...asked.keys()].filter((index) => asked[index]?.keeps === true);
          expect(world.done).toEqual(expect.arrayContaining(kept.map(String)));
          expect(world.engine.running + world.engine.waiting + world.engine.rendering).toBe(0);
          expect(world.engine.heldTokens).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('holds a request for as long as a fault says', () => {
    const world = createWorld();
    world.submit('slow', { extraMs: 10_000 });
    world.submit('quick');
    world.clock.advanceTo(9000);
    expect([world.done, world.engine.running]).toEqual([['quick'], 1]);
    world.finish();
    expect(world.done).toEqual(['quick', 'slow']);
    expect(world.timings.get('slow')?.decodeMs).toBeGreaterThan(10_000);
  });

  it('computes a long prompt in chunks, while others wait for their next tokens', () => {
    const whole = createWorld({ maxNumBatchedTokens: 8192 });
    const chunked = createWorld({ maxNumBatchedTokens: 512 });
    for (const world of [whole, chunked]) {
      world.submit('long', { parts: [toText('long', 6000)], completionTokens: 1 });
      world.finish();
    }
    const [one, many] = [whole, chunked].map(({ timings }) => timings.get('long')?.prefillMs ?? 0);
    const { baseMs } = gpuProfiles['4090'].gpu;
    expect((many ?? 0) - (one ?? 0)).toBeCloseTo(11 * baseMs);
  });

  it('takes less time for what begins like one before', () => {
    const world = createWorld();
    const shared = toText('shared', 2000);
    world.submit('first', { parts: [shared, toText('a', 50)] });
    world.finish();
    world.submit('second', { parts: [shared, toText('b', 50)] });
    world.finish();
    expect(world.engine.totals).toMatchObject({ prefixQueries: 4100, prefixHits: 2000 });
    const [first, second] = ['first', 'second'].map((name) => world.timings.get(name)?.prefillMs);
    expect(second).toBeLessThan(0.2 * (first ?? 0));
  });

  it('neither processes nor computes a picture again that it has just seen', () => {
    const world = createWorld();
    for (const name of ['first', 'again']) {
      world.submit(name, { parts: [toText('shared', 64), toPicture('p'), toText(name, 50)] });
      world.finish();
    }
    const { pictureQueries, pictureHits, prefixHits } = world.engine.totals;
    expect([pictureQueries, pictureHits, prefixHits]).toEqual([2, 1, 64 + 1024]);
    const [first, again] = ['first', 'again'].map((name) => world.timings.get(name));
    expect(again?.renderMs).toBeLessThan(0.4 * (first?.renderMs ?? 0));
    expect(again?.prefillMs).toBeLessThan(0.3 * (first?.prefillMs ?? 0));
  });

  it('hides what is being rendered from running and waiting', () => {
    const gpu = { ...gpuProfiles.h100.gpu, perSquaredPictureTokenMs: 0 };
    const world = createWorld({ gpu });
    const large = Array.from({ length: 40 }, (_row, n) => toPicture(`p${n}`, 2048));
    for (const part of large) world.submit(part.key, { parts: [part], completionTokens: 1 });
    world.clock.advanceTo(400);
    expect(world.engine.waiting).toBe(0);
    expect(world.engine.running).toBeLessThan(3);
    expect(world.engine.rendering).toBeGreaterThan(30);
  });

  it('refuses what comes when too many are queued, and again what was rendered meanwhile', () => {
    const world = createWorld({ maxNumSeqs: 1, maxNumQueuedReqs: 2 });
    for (const name of ['a', 'b', 'c']) world.submit(name, { parts: [toPicture(name)] });
    expect(world.refused).toEqual([]);
    world.clock.advanceTo(200);
    expect(world.refused).toEqual(['c']);
    world.submit('d');
    expect(world.refused).toEqual(['c', 'd']);
    world.finish();
    expect(world.done).toEqual(['a', 'b']);
  });

  it('does not start with what could never be done', () => {
    const world = createWorld({ kvTokens: 1600 });
    expect(() => world.submit('a', { parts: [toText('a', 1600)] })).toThrow(RangeError);
    expect(() => createWorld().submit('b', { parts: [toPicture('b', 20_000)] })).toThrow(
      /encoder/u,
    );
  });

  it('finishes a picture as large as it takes', () => {
    const world = createWorld({ maxNumBatchedTokens: 2048 });
    const names = ['a', 'b', 'c'];
    for (const name of names) world.submit(name, { parts: [toPicture(name, 16_384)] });
    world.finish();
    expect(world.done).toEqual(names);
  });
});

describe('steps planned as one', () => {
  it('give the same as one by one, whatever happens in between', () => {
    const load = fc.record({
      concurrency: fc.integer({ min: 1, max: 24 }),
      outputTokens: fc.integer({ min: 1, max: 300 }),
      kvTokens: fc.constantFrom(3000, 8000, 80_000),
      maxNumSeqs: fc.integer({ min: 1, max: 16 }),
      distinctRows: fc.integer({ min: 1, max: 40 }),
      pauseMs: fc.nat(300),
    });
    fc.assert(
      fc.property(load, ({ kvTokens, maxNumSeqs, ...loop }) => {
        const run = (mergesSteps: boolean) =>
          simulateClosedLoop({
            ...loop,
            profile: '4090',
            rows: 40,
            settings: { kvTokens, maxNumSeqs, mergesSteps },
          });
        const [merged, single] = [run(true), run(false)];
        expect(merged.totals).toEqual(single.totals);
        expect(merged.peaks).toEqual(single.peaks);
        expect(merged.totalMs).toBeCloseTo(single.totalMs, 3);
        expect(merged.latencyMs.mean).toBeCloseTo(single.latencyMs.mean, 3);
        expect(merged.perTokenMs.p99).toBeCloseTo(single.perTokenMs.p99, 3);
      }),
      { numRuns: 30 },
    );
  });

  it('give the same figures for the same load', () => {
    const loop = { profile: 'h100', concurrency: 60, rows: 300 } as const;
    expect(simulateClosedLoop(loop)).toEqual(simulateClosedLoop(loop));
  });
});
