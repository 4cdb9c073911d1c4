import { once } from 'node:events';
import { setImmediate as turnEnd } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gatherWrites } from '../../src/queue/gather-writes.ts';
import { testRedis } from '../support/test-redis.ts';

async function open() {
  const { url, prefix } = testRedis();
  const redis = gatherWrites(new Redis(url));
  onTestFinished(() => redis.disconnect());
  await once(redis, 'ready');
  const key = (name: string): string => `${prefix}:${name}`;
  return { redis, key };
}

describe('commands of one turn', () => {
  it('leave together at its end, and are answered in their order', async () => {
    const { redis, key } = await open();
    const replies = [redis.set(key('a'), '1'), redis.incr(key('a')), redis.get(key('a'))];
    expect(redis.stream.writableLength).toBeGreaterThan(0);
    await turnEnd();
    expect(redis.stream.writableLength).toBe(0);
    expect(await Promise.all(replies)).toEqual(['OK', 2, '2']);
  });

  it('are sent when they are given one after the other, each after the last one’s answer', async () => {
    const { redis, key } = await open();
    for (let count = 1; count <= 5; count += 1) expect(await redis.incr(key('a'))).toBe(count);
  });

  it('are sent again where the connection breaks before they have left', async () => {
    const { redis, key } = await open();
    const reply = redis.set(key('a'), 'x'.repeat(100_000));
    redis.stream.destroy();
    expect(await reply).toBe('OK');
    expect(await redis.strlen(key('a'))).toBe(100_000);
  });

  it('leave before the connection is closed politely', async () => {
    const { redis, key } = await open();
    const reply = redis.set(key('a'), '1');
    await redis.quit();
    expect(await reply).toBe('OK');
  });
});
