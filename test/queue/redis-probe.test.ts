import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { toSkewProblem } from '../../src/queue/check-redis.ts';
import { openRedisProbe, type RedisProbe } from '../../src/queue/redis-probe.ts';
import { startRedis, type RunningRedis } from '../../src/sandbox/redis/redis-server.ts';

interface World {
  readonly server: RunningRedis;
  readonly admin: Redis;
  readonly probe: RedisProbe;
}

async function start(args: readonly string[] = []): Promise<World> {
  const server = await startRedis({ args });
  onTestFinished(() => server.stop());
  const admin = new Redis(server.url);
  admin.on('error', () => {});
  onTestFinished(() => admin.disconnect());
  const probe = await openRedisProbe({ url: server.url, prefix: 'test' });
  onTestFinished(() => probe[Symbol.asyncDispose]());
  return { server, admin, probe };
}

const patience = { timeout: 60_000 };

describe('a probe of Redis', () => {
  it('finds nothing wrong with one that takes writes, and leaves nothing there for long', async () => {
    const { probe, admin } = await start();
    expect(await probe.findProblems()).toEqual([]);
    expect(await probe.findTrouble()).toBeUndefined();
    expect(await admin.keys('*')).toEqual(['test:probe']);
    expect(await admin.pttl('test:probe')).toBeGreaterThan(0);
  });

  it('finds one that is read-only, and when it is not any more', async () => {
    const { probe, admin } = await start();
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    await expect
      .poll(() => probe.findProblems(), patience)
      .toEqual(['Redis is a read-only replica: REDIS_URL has to name the primary']);
    expect(await probe.findTrouble()).toBe('refuses');
    await admin.call('REPLICAOF', 'NO', 'ONE');
    await expect.poll(() => probe.findProblems(), patience).toEqual([]);
  });

  it('finds one that is full', async () => {
    const { probe, admin } = await start();
    await admin.config('SET', 'maxmemory', '1');
    await expect
      .poll(() => probe.findProblems(), patience)
      .toEqual(['Redis is full: raise its maxmemory']);
    expect(await probe.findTrouble()).toBe('full');
  });

  it('finds one that cannot save', async () => {
    const { probe, admin } = await start();
    await admin.config('SET', 'save', '3600 1');
    // Else it would refuse to end.
    onTestFinished(async () => void (await admin.config('SET', 'save', '')));
    const [, directory = ''] = z.array(z.string()).parse(await admin.config('GET', 'dir'));
    // The file that it would write cannot take the place of a directory.
    await mkdir(join(directory, 'dump.rdb'));
    await admin.bgsave();
    await expect
      .poll(() => probe.findProblems(), patience)
      .toEqual(['Redis cannot save to its disk and takes no writes: look at its disk and its log']);
  });

  it('finds one that is gone, and when it is back', async () => {
    const { probe, server } = await start();
    await server.kill();
    await expect.poll(() => probe.findProblems(), patience).toEqual(['Redis is away']);
    expect(await probe.findTrouble()).toBe('away');
    await expect(probe.store.redis.get('anything')).rejects.toBeInstanceOf(Error);
    await server.restart();
    await expect.poll(() => probe.findProblems(), patience).toEqual([]);
  });

  it('finds one that stands still, and does not wait for it', async () => {
    const { probe, admin } = await start();
    await admin.call('CLIENT', 'PAUSE', '3500', 'ALL');
    const asked = await Promise.all([probe.findProblems(), probe.findProblems()]);
    expect(asked).toEqual([['Redis does not answer'], ['Redis does not answer']]);
    await expect.poll(() => probe.findProblems(), patience).toEqual([]);
  });

  it('finds one that wants a password, and does not show it', async () => {
    const { admin, server } = await start();
    await admin.config('SET', 'requirepass', 'hunter22');
    const wrong = server.url.replace('//', '//:wrong-one@');
    for (const [url, problem] of [
      [server.url, 'Redis wants a password: correct REDIS_URL'],
      [wrong, 'Redis refuses the password: correct REDIS_URL'],
    ] as const) {
      const probe = await openRedisProbe({ url, prefix: 'test' });
      onTestFinished(() => probe[Symbol.asyncDispose]());
      await expect.poll(() => probe.findProblems(), patience).toEqual([problem]);
    }
  });

  it('finds one that lacks replicas', async () => {
    const { probe, admin } = await start();
    await admin.config('SET', 'min-replicas-to-write', '1');
    await expect
      .poll(() => probe.findProblems(), patience)
      .toEqual(['Redis lacks the replicas that it has to have for writes']);
  });
});

describe('the clocks', () => {
  it('may differ by 2 s, apart from what is not known for sure', () => {
    expect(toSkewProblem(1999)).toBeUndefined();
    expect(toSkewProblem(-2001)).toContain('differ by 2.0 s');
    expect(toSkewProblem(2900, 1000)).toBeUndefined();
    expect(toSkewProblem(3100, 1000)).toContain('differ by 3.1 s');
  });
});
