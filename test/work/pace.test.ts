import { describe, expect, it } from 'vitest';
import {
  createPace,
  decidePace,
  resumePace,
  type PaceDecision,
  type PaceSample,
  type PaceState,
} from '../../src/work/pace.ts';

type Load = NonNullable<PaceSample['load']>;
type Look = Partial<Omit<PaceSample, 'load'>> & { readonly load?: Partial<Load> | null };

const noLoad: Load = { running: 0, waiting: 0, kvUse: 0, preemptions: 0, tokens: 0 };

/** Decides for a number of equal looks, a second apart; rows weigh 2 and all that fits is in flight. The note
 *  is the last one given. */
function feed(state: PaceState, look: Look, count = 1): PaceDecision {
  let decision: PaceDecision = { state, budget: state.budget };
  for (let turn = 0; turn < count; turn += 1) {
    const { note } = decision;
    const next = decidePace(decision.state, toSample(decision.state, look));
    decision = { ...next, note: next.note ?? note };
  }
  return decision;
}

function toSample({ budget, last }: PaceState, look: Look): PaceSample {
  const weight = look.weight ?? budget;
  const jobs = look.jobs ?? Math.floor(weight / 2);
  const load = look.load === null ? undefined : { ...noLoad, running: jobs, ...look.load };
  const { atMs, doneWeight } = last ?? { atMs: 0, doneWeight: 0 };
  return { atMs: atMs + 1000, doneWeight: doneWeight + 4, busy: 0, ...look, weight, jobs, load };
}

/** Requests that came together are taken in one after the other, again and again. */
function feedWave(state: PaceState, seconds: number): PaceState {
  let fed = state;
  for (let second = 0; second < seconds; second += 1) {
    fed = feed(fed, { load: { running: 20 + 2 * (second % 8), waiting: 20 } }).state;
  }
  return fed;
}

/** At `budget`, past its slow start. */
function standAt(budget: number): PaceState {
  return feed(createPace({ kept: budget }), { load: { waiting: 3 } }).state;
}

describe('where the pace begins', () => {
  it.each([
    ['nothing is known', {}, 16],
    ['a budget was kept', { kept: 300 }, 300],
    ['the ceiling is below what was kept', { kept: 300, ceiling: 100 }, 100],
    ['the ceiling is below the first budget', { ceiling: 10 }, 10],
    ['the ceiling is below the largest weight', { ceiling: 2 }, 8],
    ['what was kept is below the largest weight', { kept: 3 }, 16],
    ['what was kept is no number', { kept: Number.NaN }, 16],
    ['what was kept is out of all bounds', { kept: 1e9 }, 4096],
  ])('where %s', (_what, options, budget) => {
    expect(createPace(options).budget).toBe(budget);
  });

  it('goes on with half of it after the server was away, and never with less than 8', () => {
    expect(resumePace(standAt(300)).budget).toBe(150);
    expect(resumePace(standAt(9)).budget).toBe(8);
  });
});

describe('the pace goes up', () => {
  it('doubles while everything that is sent is taken in', () => {
    const budgets = [1, 2, 3].map((looks) => feed(createPace(), {}, looks).budget);
    expect(budgets).toEqual([32, 64, 128]);
  });

  it('waits while the server is still taking in what it was sent', () => {
    expect(feed(createPace(), { load: { running: 2, waiting: 6 } }, 5).budget).toBe(16);
  });

  it('fills the KV cache no further than 0.92', () => {
    expect(feed(createPace(), { load: { kvUse: 0.7 } }).budget).toBe(20);
    expect(feed(createPace(), { load: { kvUse: 0.9 } }, 30).budget).toBe(16);
  });

  it('goes up in small steps from a budget that was kept', () => {
    const { budget } = feed(standAt(100), {}, 30);
    expect(budget).toBeGreaterThan(100);
    expect(feed(standAt(100), {}, 20).budget).toBeLessThan(150);
  });

  it('does not pass the ceiling', () => {
    expect(feed(createPace({ ceiling: 50 }), {}, 60).budget).toBe(50);
  });

  it('wants to see what a rise brings where the server does not tell its load', () => {
    const start = feed(createPace(), { load: null }, 3).state;
    expect(start.budget).toBe(128);
    const none = feed(start, { load: null }, 200);
    expect(none.budget).toBeLessThanOrEqual(256);
  });
});

describe('the pace stays', () => {
  it.each([
    ['nothing is to be done', { weight: 0, jobs: 0 }],
    ['little is to be done', { weight: 20 }],
    ['little is to be done, and the server does not tell its load', { weight: 20, load: null }],
    ['a few wait', { load: { waiting: 4, running: 46 } }],
  ])('while %s', (_what, look) => {
    expect(feed(standAt(100), look, 300).budget).toBe(100);
  });

  it('while the server has not told its load for a few seconds only', () => {
    expect(feed(standAt(100), { load: null }, 9).budget).toBe(100);
  });

  it('when a counter was set back', () => {
    const state = feed(standAt(100), { load: { waiting: 3, tokens: 5000 } }).state;
    expect(feed(state, { load: { waiting: 3, tokens: 10 } }).budget).toBe(100);
    expect(feed(state, { doneWeight: 0, load: { waiting: 3, tokens: 5000 } }).budget).toBe(100);
  });
});

describe('the pace goes down', () => {
  it.each([
    ['by a twentieth where one of many was refused', 1, 95],
    ['by the share that was refused', 10, 80],
    ['by a third at most', 500, 70],
  ])('%s', (_what, busy, budget) => {
    const decision = feed(standAt(100), { busy });
    expect(decision.budget).toBe(budget);
    expect(decision.note?.cause).toBe('busy');
  });

  it('by what is too much for the KV cache', () => {
    const state = standAt(100);
    expect(feed(state, { load: { kvUse: 0.99, waiting: 5, running: 45 } }, 12).budget).toBeLessThan(
      88,
    );
    expect(feed(state, { load: { kvUse: 0.93 } }, 12).budget).toBeGreaterThan(90);
  });

  it('where the server has thrown requests out of the KV cache', () => {
    const { budget } = feed(standAt(100), { load: { preemptions: 1, kvUse: 0.95, waiting: 3 } });
    expect(budget).toBeLessThan(98);
    expect(budget).toBeGreaterThan(80);
  });

  it('where many wait and no more are taken in, to where a few wait', () => {
    const queue = { load: { running: 30, waiting: 20 } };
    expect(feed(standAt(100), queue, 5).budget).toBe(100);
    const { budget } = feed(standAt(100), queue, 8);
    expect(budget).toBeGreaterThan(60);
    expect(budget).toBeLessThan(80);
  });

  it('not for a wave that is still being taken in, only for what waits a whole turnover', () => {
    expect(feedWave(standAt(100), 30).budget).toBe(100);
    expect(feedWave(standAt(100), 42).budget).toBeLessThan(85);
  });

  it('where preprocessing is the bottleneck, and says so once', () => {
    const hidden = { load: { running: 10, waiting: 0 } };
    const first = feed(standAt(100), hidden, 5);
    expect(first.note).toMatchObject({ cause: 'render' });
    expect(first.budget).toBeLessThan(80);
    expect(feed(first.state, { weight: 100, load: { running: 10 } }, 20).note).toBeUndefined();
  });

  it('not again before the first time has shown its effect', () => {
    const cut = feed(standAt(100), { busy: 5 });
    expect(feed(cut.state, { weight: 100, busy: 5 }).budget).toBe(cut.budget);
  });

  it('not below the largest weight of a row, whatever happens', () => {
    let { state } = feed(standAt(10), { busy: 5 });
    for (let turn = 0; turn < 50; turn += 1) {
      const decision = feed(state, {
        busy: 99,
        load: { kvUse: 1, preemptions: turn, waiting: 90 },
      });
      ({ state } = decision);
      expect(decision.budget).toBe(8);
    }
  });

  it('back to where it was when a rise has brought nothing', () => {
    const at = (budget: number, from: PaceState): PaceDecision => {
      let decision: PaceDecision = { state: from, budget };
      // The server does the same number of rows however many it has.
      for (let turn = 0; turn < 120 && decision.budget === budget; turn += 1) {
        decision = feed(decision.state, {
          load: null,
          doneWeight: (decision.state.last?.doneWeight ?? 0) + 40,
        });
      }
      return decision;
    };
    const risen = at(128, createPace({ kept: 128 }));
    expect(risen.budget).toBeGreaterThan(128);
    const more = at(risen.budget, risen.state);
    expect(more.budget).toBeGreaterThanOrEqual(128);
    expect(
      feed(more.state, { load: null, doneWeight: (more.state.last?.doneWeight ?? 0) + 40 }).budget,
    ).toBeLessThan(256);
  });
});
