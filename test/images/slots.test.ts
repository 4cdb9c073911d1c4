import { describe, expect, it } from 'vitest';
import { createSlots } from '../../src/images/slots.ts';

const never = new AbortController().signal;

/** Takes a place and notes the name once it has it. */
function taker(slots: ReturnType<typeof createSlots>, entered: string[]) {
  return async (name: string, signal = never): Promise<void> => {
    await slots.acquire(signal);
    entered.push(name);
  };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('createSlots', () => {
  it('lets as many in as the limit says, the others in their order', async () => {
    const slots = createSlots(2);
    const entered: string[] = [];
    const take = taker(slots, entered);
    const all = Promise.all(['a', 'b', 'c', 'd'].map(async (name) => take(name)));
    await settle();
    expect(entered).toEqual(['a', 'b']);
    slots.release();
    await settle();
    expect(entered).toEqual(['a', 'b', 'c']);
    slots.release();
    await all;
    expect([slots.held, slots.waiting]).toEqual([2, 0]);
  });

  it('follows a change of the limit', async () => {
    const slots = createSlots(1);
    const entered: string[] = [];
    const take = taker(slots, entered);
    const all = Promise.all(['a', 'b', 'c'].map(async (name) => take(name)));
    slots.setLimit(2);
    await settle();
    expect(entered).toEqual(['a', 'b']);
    slots.setLimit(1);
    slots.release();
    await settle();
    expect(entered).toEqual(['a', 'b']);
    slots.release();
    await all;
    expect(entered).toEqual(['a', 'b', 'c']);
  });

  it('lets nobody pass who waits for several places, and those behind in when that one gives up', async () => {
    const slots = createSlots(4);
    await slots.acquire(never, 3);
    const controller = new AbortController();
    const heavy = slots.acquire(controller.signal, 2);
    const entered: string[] = [];
    const light = taker(slots, entered)('light');
    await settle();
    expect([entered, slots.held, slots.waiting]).toEqual([[], 3, 2]);
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(heavy).rejects.toBe(reason);
    await light;
    expect(slots.held).toBe(4);
    slots.release(3);
    await slots.acquire(never, 3);
    expect(slots.held).toBe(4);
  });

  it('forgets who gave up, without losing a place', async () => {
    const slots = createSlots(1);
    const entered: string[] = [];
    const take = taker(slots, entered);
    await take('a');
    const controller = new AbortController();
    const given = take('b', controller.signal);
    const third = take('c');
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(given).rejects.toBe(reason);
    slots.release();
    await third;
    expect(entered).toEqual(['a', 'c']);
    expect([slots.held, slots.waiting]).toEqual([1, 0]);
  });

  it('keeps a place that was given before the signal came', async () => {
    const slots = createSlots(1);
    const controller = new AbortController();
    const given = slots.acquire(controller.signal);
    controller.abort(new Error('too late'));
    await given;
    expect(slots.held).toBe(1);
  });
});
