import { describe, expect, it } from 'vitest';
import { createSharedSlots } from '../../src/images/shared-slots.ts';

const never = new AbortController().signal;
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Asks for places and notes who has got one. */
function start(limit: number) {
  const slots = createSharedSlots(limit);
  const entered: string[] = [];
  const ask = async (user: string, signal = never): Promise<void> => {
    await slots.acquire(user, signal);
    entered.push(user);
  };
  const countOf = (user: string): number => entered.filter((each) => each === user).length;
  return { slots, ask, entered, countOf };
}

describe('createSharedSlots', () => {
  it('always has a place for another user', async () => {
    const { ask, countOf } = start(16);
    for (const user of ['a', 'b', 'c']) {
      for (let place = 0; place < 20; place++) void ask(user);
      await settle();
    }
    expect(['a', 'b', 'c'].map((user) => countOf(user))).toEqual([8, 4, 2]);
    await ask('d');
  });

  it('comes to equal shares as places come free', async () => {
    const { slots, ask, countOf } = start(16);
    const held = { a: 0, b: 0 };
    for (const user of ['a', 'b'] as const) {
      for (let place = 0; place < 100; place++) void ask(user);
      await settle();
    }
    const given = { a: 0, b: 0 };
    for (let turn = 0; turn < 40; turn++) {
      for (const user of ['a', 'b'] as const) {
        slots.release(user);
        given[user] += 1;
        await settle();
      }
    }
    for (const user of ['a', 'b'] as const) held[user] = countOf(user) - given[user];
    expect(Math.abs(held.a - held.b)).toBeLessThanOrEqual(1);
  });

  it('gives places to one user in the order of asking, and none to one that has stopped waiting', async () => {
    const { slots, ask, entered } = start(2);
    await ask('a');
    const leaving = new AbortController();
    const left = slots.acquire('a', leaving.signal);
    const next = slots.acquire('a', never);
    leaving.abort(new Error('stopped'));
    await expect(left).rejects.toThrow('stopped');
    await settle();
    expect(entered).toEqual(['a']);
    slots.release('a');
    await next;
    await expect(slots.acquire('b', AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });
});
