import { deflateRawSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createAnswerCache, type AnswerCache } from '../../src/queue/answer-cache.ts';
import type { Store } from '../../src/queue/store.ts';
import { createFixture } from './queue-fixture.ts';
import { startProgram } from './start-program.ts';

interface Limits {
  readonly retentionSeconds?: number;
  readonly maxBytes?: number;
  readonly claimMs?: number;
}

function createCaches(limits: Limits = {}) {
  const fixture = createFixture();
  const open = (): AnswerCache => {
    const cache = createAnswerCache({
      store: fixture.store,
      retentionSeconds: 3600,
      maxBytes: 1_000_000,
      ...limits,
    });
    onTestFinished(() => cache.close());
    return cache;
  };
  return { ...fixture, mine: open(), other: open() };
}

/** Keys are as long as real ones, for the arithmetic of bytes. */
function keyOf(number: number): string {
  return String(number).padStart(43, 'k');
}

/** As long as a short answer, and hard to pack. */
function textOf(number: number): string {
  return `${Math.sin(number)} `.repeat(20);
}

async function claim(cache: AnswerCache, key: string) {
  const found = await cache.claim(key);
  if (found.kind !== 'claim') throw new Error(`the question is ${found.kind}`);
  return found.claim;
}

async function keep(cache: AnswerCache, key: string, fields: readonly string[]): Promise<void> {
  await (await claim(cache, key)).keep(fields);
}

describe('the cache of answers', () => {
  it('gives what was kept, in whatever language, and nothing for another question', async () => {
    const { mine, other } = createCaches();
    const fields = ['杯子 “月光” ☕', 'one\ntwo', ''];
    await keep(mine, keyOf(1), fields);
    expect(await other.claim(keyOf(1))).toEqual({ kind: 'answer', fields });
    expect((await other.claim(keyOf(2))).kind).toBe('claim');
  });

  it('lets one at a time find an answer, and the next when the first gives up', async () => {
    const { mine, other } = createCaches();
    const first = await claim(mine, keyOf(1));
    expect(await other.claim(keyOf(1))).toEqual({ kind: 'busy' });
    expect(await mine.claim(keyOf(1))).toEqual({ kind: 'busy' });
    await first.release();
    const second = await claim(other, keyOf(1));
    await second.keep(['found']);
    expect(await mine.claim(keyOf(1))).toEqual({ kind: 'answer', fields: ['found'] });
  });

  it('keeps a claim for as long as its holder lives, and not longer', async () => {
    const { other, server } = createCaches({ claimMs: 600 });
    const holder = startProgram('claim-holder.ts', server.url, server.prefix, keyOf(1), '600');
    await holder.said('holding');
    await holder.said('renewed');
    expect(await other.claim(keyOf(1))).toEqual({ kind: 'busy' });
    await holder.kill();
    await vi.waitFor(() => claim(other, keyOf(1)));
    expect(await server.keysWithoutExpiry()).toEqual([]);
  });

  it('does not end the claim that another has by now', async () => {
    const { mine, other, store, server } = createCaches();
    const late = await claim(mine, keyOf(1));
    await store.redis.del(`${server.prefix}:answering:${keyOf(1)}`);
    await claim(other, keyOf(1));
    await late.release();
    expect(await mine.claim(keyOf(1))).toEqual({ kind: 'busy' });
    await late.keep(['late, but right']);
    expect(await mine.claim(keyOf(1))).toMatchObject({ kind: 'answer' });
  });

  it('gives the same claim again where the command was sent twice because its reply was lost', async () => {
    const { mine, store } = createCaches();
    let sent = 0;
    const twice: Store = {
      ...store,
      async runForBytes(script, ...args) {
        sent += 1;
        await store.runForBytes(script, ...args);
        return store.runForBytes(script, ...args);
      },
    };
    const resending = createAnswerCache({ store: twice, retentionSeconds: 60, maxBytes: 1000 });
    onTestFinished(() => resending.close());
    const found = await claim(resending, keyOf(1));
    expect(sent).toBe(1);
    expect(await mine.claim(keyOf(1))).toEqual({ kind: 'busy' });
    await found.release();
    expect((await mine.claim(keyOf(1))).kind).toBe('claim');
  });

  it.each([
    ['cut off', (packed: Buffer) => packed.subarray(0, -3)],
    ['empty', () => Buffer.alloc(0)],
    ['no list of cells', () => deflateRawSync('{"title":"Mug"}')],
    ['a list of something else', () => deflateRawSync('[null]')],
  ])('lets an answer be found anew whose bytes are %s', async (_what, spoil) => {
    const { mine, store, server } = createCaches();
    const name = `${server.prefix}:answers`;
    await keep(mine, keyOf(1), ['Mug']);
    const packed = await store.redis.hgetBuffer(name, keyOf(1));
    await store.redis.hset(name, keyOf(1), spoil(packed ?? Buffer.alloc(0)));
    await keep(mine, keyOf(1), ['Mug']);
    expect(await mine.claim(keyOf(1))).toEqual({ kind: 'answer', fields: ['Mug'] });
  });

  it('begins anew where it was lost when its answers were used', async () => {
    const { mine, store, server } = createCaches({ maxBytes: 1000 });
    for (let number = 1; number <= 5; number += 1) await keep(mine, keyOf(number), ['Mug']);
    await store.redis.del(`${server.prefix}:answers:used`);
    await keep(mine, keyOf(6), ['Mug']);
    await keep(mine, keyOf(7), ['Mug']);
    expect((await mine.claim(keyOf(6))).kind).toBe('answer');
    expect((await mine.claim(keyOf(7))).kind).toBe('answer');
    expect(await store.redis.hlen(`${server.prefix}:answers`)).toBe(3);
  });

  it('forgets an answer that nobody asked for in its time, and gives every key a time to live', async () => {
    const { mine, store, server } = createCaches();
    await keep(mine, keyOf(1), ['old']);
    await keep(mine, keyOf(2), ['young']);
    await claim(mine, keyOf(3));
    expect(await server.keys()).toHaveLength(3);
    expect(await server.keysWithoutExpiry()).toEqual([]);

    const anHourAgo = Date.now() - 3_600_000;
    await store.redis.zadd(`${server.prefix}:answers:used`, anHourAgo, keyOf(1));
    const renewed = await claim(mine, keyOf(1));
    await renewed.release();
    expect((await mine.claim(keyOf(2))).kind).toBe('answer');
    await keep(mine, keyOf(4), ['new']);
    expect(await store.redis.hexists(`${server.prefix}:answers`, keyOf(1))).toBe(0);
  });

  it('holds no more than its bound in Redis, and drops what was unused for longest', async () => {
    const maxBytes = 300_000;
    const { mine, store, server } = createCaches({ maxBytes });
    await keep(mine, keyOf(0), [textOf(0)]);
    for (let number = 1; number <= 1500; number += 1) {
      await keep(mine, keyOf(number), [textOf(number)]);
      if (number % 100 === 0) await mine.claim(keyOf(0));
    }
    const names = [`${server.prefix}:answers`, `${server.prefix}:answers:used`];
    const usage = await Promise.all(
      names.map((key) => store.redis.memory('USAGE', key, 'SAMPLES', 0)),
    );
    const used = (usage[0] ?? 0) + (usage[1] ?? 0);
    expect(used).toBeLessThan(maxBytes * 1.1);
    expect(used).toBeGreaterThan(maxBytes * 0.7);
    expect((await mine.claim(keyOf(0))).kind).toBe('answer');
    expect((await mine.claim(keyOf(1500))).kind).toBe('answer');
    expect((await mine.claim(keyOf(1))).kind).toBe('claim');
  });

  it('counts an answer that is kept twice once', async () => {
    const { mine, store, server } = createCaches();
    const first = await claim(mine, keyOf(1));
    await first.keep(['same']);
    const bytes = await store.redis.hget(`${server.prefix}:answers`, 'bytes');
    await first.keep(['same']);
    expect(await store.redis.hget(`${server.prefix}:answers`, 'bytes')).toBe(bytes);
  });
});
