import { describe, expect, it, onTestFinished } from 'vitest';
import { startWatchdog, type Watched, type WatchdogOptions } from '../../src/ops/watchdog.ts';
import { until } from '../support/until.ts';

interface World {
  moves: number;
  isDue: () => Promise<boolean>;
  isServed: () => Promise<boolean>;
  /** Times that it was asked whether something is due. */
  asked: number;
}

interface StartOptions extends Partial<WatchdogOptions> {
  readonly stallMs?: number;
  /** What to make of the moves at each look. */
  moves?(before: number): number;
}

/** Looks every 2 ms, and takes 20 ms for long. */
function start(options: StartOptions = {}) {
  const world: World = {
    moves: 0,
    isDue: async () => true,
    isServed: async () => true,
    asked: 0,
  };
  const { stallMs = 20 } = options;
  const watched: Watched = {
    trouble: 'rows wait',
    stallMs,
    moves: () => (world.moves = options.moves?.(world.moves) ?? world.moves),
    async isDue() {
      world.asked += 1;
      return world.isDue();
    },
  };
  const watchdog = startWatchdog({
    watched: [watched],
    isServed: () => world.isServed(),
    lookEveryMs: 2,
    ...options,
  });
  onTestFinished(() => watchdog[Symbol.dispose]());
  return { world, watchdog };
}

const looks = (world: World, count: number): Promise<true> =>
  until(`${count} looks`, () => world.asked >= count);

describe('a process that has something to do and does nothing', () => {
  it('hangs, once that has lasted long enough, and says what stands still', async () => {
    const { watchdog } = start();
    expect(watchdog.problems()).toEqual([]);
    const problems = await until('a problem', () => watchdog.problems()[0]);
    expect(problems).toBe('rows wait for 0 minutes');
  });

  it('is well again when something moves', async () => {
    const { world, watchdog } = start();
    await until('a problem', () => watchdog.problems().length > 0);
    world.moves += 1;
    const isWell = await until('no problem', () => watchdog.problems().length === 0);
    expect(isWell).toBe(true);
  });

  it('is given up once, if it hangs on', async () => {
    const given: string[] = [];
    const { world } = start({ patienceMs: 10, onGivenUp: (trouble) => given.push(trouble) });
    await until('it is given up', () => given.length > 0);
    await looks(world, world.asked + 20);
    expect(given).toEqual(['rows wait for 0 minutes']);
  });

  it('is not given up where it moves on before patience ends', async () => {
    const given: string[] = [];
    const { world, watchdog } = start({ patienceMs: 60_000, onGivenUp: (why) => given.push(why) });
    await until('a problem', () => watchdog.problems().length > 0);
    world.moves += 1;
    await until('no problem', () => watchdog.problems().length === 0);
    expect(given).toEqual([]);
  });
});

describe('a process that only waits', () => {
  it.each<[string, Partial<Pick<World, 'isDue' | 'isServed'>>]>([
    ['has nothing to do', { isDue: async () => false }],
    ['has no Redis that takes writes', { isServed: async () => false }],
    ['cannot tell whether it has', { isDue: () => Promise.reject(new Error('away')) }],
    ['cannot tell whether Redis is there', { isServed: () => Promise.reject(new Error('away')) }],
  ])('does not hang where it %s', async (_what, state) => {
    const { world, watchdog } = start();
    Object.assign(world, state);
    await looks(world, 40);
    expect(watchdog.problems()).toEqual([]);
  });

  it('begins its time anew after each moment without anything to do', async () => {
    const { world, watchdog } = start();
    world.isDue = async () => world.asked % 5 !== 0;
    await looks(world, 60);
    expect(watchdog.problems()).toEqual([]);
  });

  it('is not asked whether it has work while its work moves', async () => {
    const { world } = start({ moves: (before) => before + 1 });
    await until('many looks', () => world.moves > 20);
    expect(world.asked).toBe(0);
  });
});

describe('a process that stood still as a whole', () => {
  it('is not held to that time', async () => {
    const { world, watchdog } = start({ stallMs: 1000 });
    await looks(world, 2);
    const end = performance.now() + 1200;
    while (performance.now() < end);
    await looks(world, world.asked + 2);
    expect(watchdog.problems()).toEqual([]);
  });
});
