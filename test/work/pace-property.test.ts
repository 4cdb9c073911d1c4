import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace, decidePace, type PaceState } from '../../src/work/pace.ts';

/** A server as it is for some time. */
interface Weather {
  readonly seconds: number;
  /** Requests that run at once, and that its memory holds. */
  readonly seats: number;
  readonly memory: number;
  /** Seconds of a request: alone, and more for each that runs beside it. */
  readonly alone: number;
  readonly beside: number;
  /** Requests in all above which it answers 503. */
  readonly limit: number;
  /** Requests of others. */
  readonly others: number;
  /** Rows there are to send. */
  readonly demand: number;
  /** Share of the looks at /metrics that fail. */
  readonly missing: number;
  /** By how much a second's work differs from the mean, 0 to 1. */
  readonly noise: number;
}

const times = (max: number) => fc.double({ min: 0.1, max, noNaN: true });
const share = (max: number) => fc.double({ min: 0, max, noNaN: true });
const weathers = fc.record<Weather>({
  seconds: fc.integer({ min: 1, max: 200 }),
  seats: fc.integer({ min: 1, max: 512 }),
  memory: fc.integer({ min: 4, max: 600 }),
  alone: times(20),
  beside: share(0.2),
  limit: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 300 })),
  others: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 })),
  demand: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 100 })),
  missing: fc.oneof(fc.constant(0), fc.constant(1), share(1)),
  noise: share(0.5),
});

interface World {
  state: PaceState;
  readonly weight: number;
  readonly random: () => number;
  atMs: number;
  inFlight: number;
  doneWeight: number;
  owed: number;
  preemptions: number;
  tokens: number;
}

/** One second of the server, the gate and the pace. */
function live(world: World, weather: Weather): { budget: number; done: number; jobs: number } {
  const { weight, random } = world;
  const { seats, memory, others, limit } = weather;
  const allowed = Math.min(Math.floor(world.state.budget / weight), weather.demand);
  const wanted = Math.max(world.inFlight, allowed);
  const jobs = Math.max(Math.min(wanted, limit - others), 0);
  const running = Math.min(jobs + others, seats, memory);
  const rate = running / (weather.alone + weather.beside * running);
  world.owed += rate * (1 + weather.noise * (2 * random() - 1)) * (jobs / (jobs + others || 1));
  const done = Math.min(Math.floor(world.owed), jobs);
  world.owed -= done;
  world.inFlight = jobs - done;
  world.doneWeight += done * weight;
  world.tokens += Math.round(rate * 1000);
  if (jobs + others > memory && random() < 0.5) world.preemptions += 1;
  world.atMs += 1000;
  const load = {
    running,
    waiting: jobs + others - running,
    kvUse: running / memory,
    preemptions: world.preemptions,
    tokens: world.tokens,
  };
  const decision = decidePace(world.state, {
    atMs: world.atMs,
    weight: jobs * weight,
    jobs,
    doneWeight: world.doneWeight,
    busy: wanted - jobs,
    load: random() < weather.missing ? undefined : load,
  });
  world.state = decision.state;
  return { budget: decision.budget, done, jobs };
}

const scenarios = fc.record({
  weathers: fc.array(weathers, { minLength: 1, maxLength: 5 }),
  weight: fc.integer({ min: 1, max: 8 }),
  seed: fc.integer({ min: 1, max: 2_147_483_646 }),
  ceiling: fc.oneof(fc.constant(undefined), fc.integer({ min: 8, max: 1000 })),
});

function createWorld({
  weight,
  seed,
  ceiling,
}: {
  weight: number;
  seed: number;
  ceiling?: number | undefined;
}): World {
  let last = seed;
  return {
    state: createPace({ ceiling }),
    weight,
    random: () => {
      last = (last * 48_271) % 2_147_483_647;
      return last / 2_147_483_647;
    },
    atMs: 0,
    inFlight: 0,
    doneWeight: 0,
    owed: 0,
    preemptions: 0,
    tokens: 0,
  };
}

/** An ordinary server that has the place to itself. */
const calm: Weather = {
  seconds: 600,
  seats: 128,
  memory: 200,
  alone: 2,
  beside: 0.01,
  limit: Infinity,
  others: 0,
  demand: Infinity,
  missing: 0,
  noise: 0.2,
};

describe('the pace, whatever the server does', () => {
  it('is always a whole number from 8 to the ceiling', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const world = createWorld(scenario);
        for (const weather of scenario.weathers) {
          for (let second = 0; second < weather.seconds; second += 1) {
            const { budget } = live(world, weather);
            expect(Number.isInteger(budget)).toBe(true);
            expect(budget).toBeGreaterThanOrEqual(8);
            expect(budget).toBeLessThanOrEqual(scenario.ceiling ?? 4096);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['with metrics', 0],
    ['without metrics', 1],
  ])('comes back to what the server can take when that is over, %s', (_what, missing) => {
    fc.assert(
      fc.property(scenarios, ({ weathers: before, weight, seed }) => {
        const world = createWorld({ weight, seed });
        for (const weather of before) {
          for (let second = 0; second < weather.seconds; second += 1) live(world, weather);
        }
        let done = 0;
        const seconds = 300;
        const after: Weather = { ...calm, missing };
        for (let second = 0; second < calm.seconds; second += 1) live(world, after);
        for (let second = 0; second < seconds; second += 1) done += live(world, after).done;
        const best = calm.seats / (calm.alone + calm.beside * calm.seats);
        expect(done / seconds).toBeGreaterThan((missing === 0 ? 0.9 : 0.7) * best);
        // Not many more than can run, either, where the server tells.
        const most = missing === 0 ? 2 * calm.seats : Infinity;
        expect(world.state.budget / weight).toBeLessThan(most);
      }),
      { numRuns: 100 },
    );
  });

  it('goes up from the floor while the server stands idle and there is something to do', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        times(10),
        (weight, tells, alone) => {
          const world = createWorld({ weight, seed: 7 });
          const hard: Weather = { ...calm, limit: 0, missing: tells ? 0 : 1 };
          for (let second = 0; second < 100; second += 1) live(world, hard);
          expect(world.state.budget).toBe(8);
          const easy = { ...calm, alone, missing: tells ? 0 : 1 };
          for (let second = 0; second < 400; second += 1) live(world, easy);
          expect(world.state.budget).toBeGreaterThanOrEqual(32);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stops where more in flight only takes longer, though nothing ever waits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.boolean(), (weight, tells) => {
        const world = createWorld({ weight, seed: 3 });
        const flat: Weather = {
          ...calm,
          seats: 1e6,
          memory: 1e6,
          beside: 0.3,
          missing: tells ? 0 : 1,
        };
        for (let second = 0; second < 3000; second += 1) live(world, flat);
        // A request takes a minute with 200 in flight, and two with 400.
        expect(world.state.budget / weight).toBeLessThanOrEqual(1024);
      }),
      { numRuns: 16 },
    );
  });
});
