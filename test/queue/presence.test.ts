import { describe, expect, it } from 'vitest';
import { createPresence } from '../../src/queue/presence.ts';
import { createFixture } from './queue-fixture.ts';

const minuteMs = 60_000;

function createPresences() {
  const { store } = createFixture();
  const key = store.keys.shared('presence');
  return {
    store,
    key,
    mine: createPresence(store),
    other: createPresence(store),
    /** As if a mark had been made so much earlier. */
    backdate: async (field: string, ms: number) => {
      const now = Number(await store.redis.hget(key, field));
      await store.redis.hset(key, field, now - ms);
      return now - ms;
    },
  };
}

describe('presence', () => {
  it('begins from now where nothing is known, and has not looked for anything yet', async () => {
    const { mine, other } = createPresences();
    const first = await mine.noteConnected();
    expect(first.heardMs).toBe(first.nowMs);
    expect(first.sweptMs).toBe(0);
    expect(Math.abs(first.nowMs - Date.now())).toBeLessThan(minuteMs);
    const next = await other.noteConnected();
    expect(next.heardMs).toBe(first.heardMs);
    expect(await other.readAbsence()).toBeUndefined();
  });

  it('moves the mark on for all processes, once', async () => {
    const { mine, other } = createPresences();
    const { heardMs } = await mine.noteConnected();
    await mine.noteSwept(heardMs, heardMs + 5_000);
    await other.noteSwept(heardMs, heardMs + 9_000);
    const { sweptMs, nowMs, ...marks } = await other.noteConnected();
    expect(marks.heardMs).toBe(heardMs + 5_000);
    expect(sweptMs).toBeGreaterThan(0);
    expect(sweptMs).toBeLessThanOrEqual(nowMs);
  });

  it('leaves the mark alone where Redis was emptied meanwhile', async () => {
    const { mine, store, key } = createPresences();
    await mine.noteConnected();
    const heardMs = await createBackdated(store, key);
    await store.redis.del(key);
    await mine.noteSwept(heardMs, heardMs + 5_000);
    const marks = await mine.noteConnected();
    expect(marks.heardMs).toBe(marks.nowMs);
    expect(marks.sweptMs).toBe(0);
  });

  it('remembers the last absence of more than ten minutes', async () => {
    const { mine, other, store, backdate } = createPresences();
    await mine.noteConnected();
    await backdate('connectedMs', 9 * minuteMs);
    await other.noteConnected();
    expect(await other.readAbsence()).toBeUndefined();
    const fromMs = await backdate('connectedMs', 63 * minuteMs);
    const { nowMs } = await createPresence(store).noteConnected();
    await createPresence(store).noteConnected();
    expect(await other.readAbsence()).toEqual({ fromMs, toMs: nowMs });
  });

  it('takes no clock that was set forward for an absence', async () => {
    const { mine, backdate } = createPresences();
    await mine.noteConnected();
    await backdate('connectedMs', 63 * minuteMs);
    await mine.noteConnected();
    expect(await mine.readAbsence()).toBeUndefined();
  });

  it('is kept as long as what is known of drops', async () => {
    const { mine, store, key } = createPresences();
    await mine.noteConnected();
    const seconds = await store.redis.ttl(key);
    expect(seconds).toBeGreaterThan(store.retentionSeconds - 60);
    expect(seconds).toBeLessThanOrEqual(store.retentionSeconds);
  });
});

async function createBackdated(
  store: ReturnType<typeof createFixture>['store'],
  key: string,
): Promise<number> {
  const heardMs = Date.now() - 20 * minuteMs;
  await store.redis.hset(key, 'heardMs', heardMs);
  return heardMs;
}
