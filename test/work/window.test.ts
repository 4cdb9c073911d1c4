import { describe, expect, it } from 'vitest';
import { createWindow } from '../../src/work/window.ts';

/** Whether a promise has settled by the time that everything already under way has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.finally(() => (settled = true));
  await new Promise(setImmediate);
  return settled;
}

describe('the window of prepared rows', () => {
  it('lets rows in up to its bound, and the next one when a row has left', async () => {
    const window = createWindow({ maxRows: 2, maxBytes: 100, maxParked: 2 });
    const first = window.enter();
    await window.room();
    window.enter();
    const room = window.room();
    expect(await isSettled(room)).toBe(false);
    first.leave();
    await room;
  });

  it('is full when the prepared pictures take its bytes, however few the rows', async () => {
    const window = createWindow({ maxRows: 10, maxBytes: 100, maxParked: 2 });
    const place = window.enter();
    place.hold(60);
    await window.room();
    place.hold(60);
    const room = window.room();
    expect(await isSettled(room)).toBe(false);
    place.leave();
    await room;
  });

  it('counts a row once that leaves twice', async () => {
    const window = createWindow({ maxRows: 1, maxBytes: 100, maxParked: 2 });
    const place = window.enter();
    place.leave();
    place.leave();
    window.enter();
    expect(await isSettled(window.room())).toBe(false);
  });

  it('lets others have the room of a parked row, its bytes too, and takes it back at once', async () => {
    const window = createWindow({ maxRows: 1, maxBytes: 100, maxParked: 2 });
    const first = window.enter();
    first.hold(100);
    const room = window.room();
    first.park();
    first.park();
    await room;
    const second = window.enter();
    first.comeBack();
    second.leave();
    const next = window.room();
    expect(await isSettled(next)).toBe(false);
    first.leave();
    first.comeBack();
    await next;
  });

  it('lets nobody in while too many rows are parked', async () => {
    const window = createWindow({ maxRows: 10, maxBytes: 100, maxParked: 2 });
    const [first] = [window.enter(), window.enter()].map((place) => {
      place.park();
      return place;
    });
    const room = window.room();
    expect(await isSettled(room)).toBe(false);
    first?.leave();
    await room;
  });
});
