import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkRedis, judgeRedis } from '../../src/queue/check-redis.ts';
import { createRedis } from '../../src/queue/create-redis.ts';
import { startRedis } from '../../src/sandbox/redis/redis-server.ts';
import { buildDrop, connectFixture, startBatch } from './queue-fixture.ts';

function buildInfo(change: Readonly<Record<string, string>> = {}): string {
  const fields = {
    redis_version: '7.0.15',
    maxmemory_policy: 'noeviction',
    aof_enabled: '1',
    ...change,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}:${value}`);
  return ['# Server', ...lines, ''].join('\r\n');
}

describe('judging a Redis', () => {
  it('finds nothing wrong with one that is set up as it should be', () => {
    expect(judgeRedis({ info: buildInfo(), skewMs: -1900 })).toEqual({
      problems: [],
      warnings: [],
    });
    const valkey = buildInfo({ redis_version: '10.0.0' });
    expect(judgeRedis({ info: valkey, skewMs: 0 }).problems).toEqual([]);
  });

  it.each([
    ['6.0.16', 'Redis 6.0.16 is too old'],
    ['5.9.9', 'Redis 5.9.9 is too old'],
  ])('refuses version %s', (version, sentence) => {
    const { problems } = judgeRedis({ info: buildInfo({ redis_version: version }), skewMs: 0 });
    expect(problems).toEqual([expect.stringContaining(sentence)]);
  });

  it.each([2001, -60_000])('refuses clocks that differ by %i ms', (skewMs) => {
    const { problems } = judgeRedis({ info: buildInfo(), skewMs });
    expect(problems).toEqual([expect.stringContaining('clock')]);
  });

  it('warns where data may be lost', () => {
    const info = buildInfo({ maxmemory_policy: 'allkeys-lru', aof_enabled: '0' });
    const { problems, warnings } = judgeRedis({ info, skewMs: 0 });
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining('allkeys-lru'),
      expect.stringContaining('appendonly yes'),
    ]);
  });
});

describe('asking a Redis', () => {
  it('reads a real one', async () => {
    const server = await startRedis({ appendOnly: true });
    onTestFinished(() => server.stop());
    const redis = createRedis({ url: server.url });
    onTestFinished(() => redis.close());
    expect(await checkRedis(redis)).toEqual({ problems: [], warnings: [] });
  });

  it('says where none answers, without the password', async () => {
    const redis = createRedis({ url: 'redis://someone:secret@127.0.0.1:1' });
    onTestFinished(() => redis.close());
    const { problems } = await checkRedis(redis, 200);
    expect(problems).toEqual([expect.stringContaining('127.0.0.1:1')]);
    expect(problems.join()).not.toContain('secret');
  });
});

describe('a Redis that goes away and comes back', () => {
  it('is reported, keeps callers waiting and loses nothing that was acknowledged', async () => {
    const server = await startRedis({ appendOnly: true });
    onTestFinished(() => server.stop());
    const states: string[] = [];
    const redis = createRedis({ url: server.url, onState: (state) => states.push(state) });
    onTestFinished(() => redis.close());
    const { ledger } = connectFixture(server.url, 'p');
    const { id } = await ledger.recordDrop(buildDrop());
    await vi.waitFor(() => expect(states).toEqual(['up']));
    await server.kill();
    await vi.waitFor(() => expect(redis.isUp()).toBe(false));
    const waiting = ledger.readBatch(id);
    await server.restart();
    expect((await waiting)?.state).toBe('reading');
    await vi.waitFor(() => expect(states).toEqual(['up', 'down', 'up']));
  });

  it('leaves their chunks to those who held them, although their time is over', async () => {
    const server = await startRedis({ appendOnly: true });
    onTestFinished(() => server.stop());
    const { ledger, redis, store } = connectFixture(server.url, 'p', { leaseMs: 60_000 });
    const id = await startBatch(ledger, 2);
    const lease = await ledger.lease('holder');
    if (lease === undefined) throw new Error('Nothing to lease');
    await store.redis.zadd(store.keys.batch(id, 'leases'), 'XX', 0, '0');
    await server.kill();
    await vi.waitFor(() => expect(redis.isUp()).toBe(false));
    const asked = ledger.lease('another');
    await server.restart();
    expect(await asked).toBeUndefined();
    expect(await ledger.lease('another')).toBeUndefined();
    expect(await ledger.renew([lease])).toEqual(['held']);
  });
});
