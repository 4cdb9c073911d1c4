import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { keepPace, type KeepPaceNeeds } from '../../src/work/keep-pace.ts';

type Told = [level: string, entry: object, message: string];

/** A keeper whose gate is always full at a server that takes in everything. */
function start(change: Partial<KeepPaceNeeds> = {}) {
  const stopping = new AbortController();
  const told: Told[] = [];
  const set: number[] = [];
  const say = (level: string) => (entry: object, message: string) => {
    told.push([level, entry, message]);
  };
  const state = { budget: 16, looks: 0, left: 0, doneWeight: 0 };
  const needs: KeepPaceNeeds = {
    name: 'gpu1:8000',
    gate: {
      counts: async () => {
        const { budget } = state;
        state.doneWeight += budget;
        return { running: budget, jobs: budget / 2, budget, doneWeight: state.doneWeight };
      },
      setBudget: async (budget) => {
        set.push(budget);
        state.budget = budget;
      },
    },
    store: {
      leaseMs: 60_000,
      hold: async () => ({ busy: 0 }),
      leave: async () => {
        state.left += 1;
      },
    },
    readLoad: async () => {
      state.looks += 1;
      return { running: state.budget / 2, waiting: 0, kvUse: 0.1, preemptions: 0, tokens: 0 };
    },
    isOpen: () => true,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    signal: stopping.signal,
    intervalMs: 5,
    ...change,
  };
  const done = keepPace(needs);
  onTestFinished(async () => {
    stopping.abort();
    await done;
  });
  return { told, set, state, stopping, done };
}

describe('keeping the pace', () => {
  it('sets the budget only when it changes, and tells of where it has come to rest', async () => {
    const { set, told, state } = start({ ceiling: 40 });
    await vi.waitUntil(() => state.looks > 60);
    expect(set).toEqual([32, 40]);
    const lines = told.filter(([level]) => level === 'info');
    expect(lines).toEqual([['info', { endpoint: 'gpu1:8000', budget: 40 }, expect.any(String)]]);
  });

  it('leaves the budget alone while Redis is in trouble, says so once, and goes on after', async () => {
    let isAway = false;
    const hold = async () => {
      if (isAway) throw new Error('Redis is away');
      return { busy: 0 };
    };
    const store = { leaseMs: 60_000, hold, leave: async () => {} };
    const { set, told, state } = start({ store, ceiling: 40 });
    await vi.waitUntil(() => set.length === 2);
    isAway = true;
    const warned = (): number => told.filter(([level]) => level === 'warn').length;
    await vi.waitUntil(() => warned() > 0);
    const { looks } = state;
    isAway = false;
    await vi.waitUntil(() => state.looks > looks + 5);
    expect(warned()).toBe(1);
    expect(set).toEqual([32, 40]);
  });

  it('ends at once while Redis does not answer', async () => {
    const { stopping, done } = start({
      store: { leaseMs: 60_000, hold: () => new Promise<never>(() => {}), leave: async () => {} },
    });
    stopping.abort();
    await expect(done).resolves.toBeUndefined();
  });

  it('gives the right back when it ends, and only where it has it', async () => {
    const first = start();
    await vi.waitUntil(() => first.state.looks > 0);
    first.stopping.abort();
    await first.done;
    expect(first.state.left).toBe(1);
    let asked = 0;
    const left: string[] = [];
    const other = start({
      store: {
        leaseMs: 60_000,
        hold: async () => {
          asked += 1;
          return undefined;
        },
        leave: async () => void left.push('left'),
      },
    });
    await vi.waitUntil(() => asked > 2);
    other.stopping.abort();
    await other.done;
    expect(left).toEqual([]);
    expect(other.state.looks).toBe(0);
    expect(other.set).toEqual([]);
  });

  it('sets nothing when a look took longer than the right lasts', async () => {
    let asked = 0;
    const store = {
      leaseMs: -1,
      hold: async () => {
        asked += 1;
        return { busy: 0 };
      },
      leave: async () => {},
    };
    const { set } = start({ store });
    await vi.waitUntil(() => asked > 5);
    expect(set).toEqual([]);
  });

  it('starts over with half after the endpoint was closed, whoever kept the pace before', async () => {
    let isOpen = false;
    const store = {
      leaseMs: 60_000,
      hold: async () => ({ kept: 300, busy: 0 }),
      leave: async () => {},
    };
    const { set, state } = start({ store, isOpen: () => isOpen });
    expect(state.looks).toBe(0);
    isOpen = true;
    await vi.waitUntil(() => set.length > 0);
    expect(set[0]).toBe(150);
  });
});
