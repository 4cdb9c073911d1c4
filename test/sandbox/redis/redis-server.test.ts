import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { findRedisBinary } from '../../../src/sandbox/redis/find-redis-binary.ts';
import {
  provideRedis,
  startRedis,
  type RedisOptions,
  type RunningRedis,
} from '../../../src/sandbox/redis/redis-server.ts';
import { isListening } from '../../support/is-listening.ts';
import { testRedis } from '../../support/test-redis.ts';

describe('a private Redis server', () => {
  it('starts on a free port and evicts and stores nothing', async () => {
    const redis = await started();
    const client = clientOf(redis);
    expect(await client.config('GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'noeviction',
    ]);
    expect(await client.config('GET', 'appendonly')).toEqual(['appendonly', 'no']);
    expect(await client.config('GET', 'save')).toEqual(['save', '']);
    expect(await client.config('GET', 'bind')).toEqual(['bind', '127.0.0.1']);
  });

  it('gives two callers two servers', async () => {
    const [one, two] = await Promise.all([started(), started()]);
    await clientOf(one).set('mark', 'one');
    expect(one.port).not.toBe(two.port);
    expect(await clientOf(two).get('mark')).toBeNull();
  });

  it('passes further arguments on', async () => {
    const redis = await started({ args: ['--maxmemory', '8mb'] });
    expect(await clientOf(redis).config('GET', 'maxmemory')).toEqual(['maxmemory', '8388608']);
  });

  it('is gone after a kill and comes back empty on the same port', async () => {
    const redis = await started();
    await clientOf(redis).set('mark', '1');
    await redis.kill();
    expect(await isListening(redis.port)).toBe(false);
    await redis.restart();
    expect(await clientOf(redis).get('mark')).toBeNull();
  });

  it('remembers what was written before a kill when it appends to a file', async () => {
    const redis = await started({ appendOnly: true });
    await clientOf(redis).set('mark', '1');
    await redis.kill();
    await redis.restart();
    expect(await clientOf(redis).get('mark')).toBe('1');
  });

  it('can be stopped twice', async () => {
    const redis = await started();
    await redis.stop();
    await redis.stop();
    expect(await isListening(redis.port)).toBe(false);
  });

  it('says why it did not start', async () => {
    await expect(startRedis({ args: ['--no-such-directive', 'x'] })).rejects.toThrow(
      /did not start/,
    );
  });

  it('dies with the process that started it, even when that is killed', async () => {
    const module = join(import.meta.dirname, '../../../src/sandbox/redis/redis-server.ts');
    const script = `const { startRedis } = await import(${JSON.stringify(module)});
      console.log((await startRedis()).port); setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script]);
    onTestFinished(() => void owner.kill('SIGKILL'));
    const port = Number(String(await once(owner.stdout, 'data')));
    expect(await isListening(port)).toBe(true);
    owner.kill('SIGKILL');
    await vi.waitUntil(async () => !(await isListening(port)), { timeout: 10_000 });
  });
});

describe('the Redis to use', () => {
  it('is the one that the environment names', async () => {
    const redis = await provideRedis('redis://example:6379/2');
    expect(redis).toMatchObject({ url: 'redis://example:6379/2', isPrivate: false });
  });

  it('is a private one where the environment names none', async () => {
    const redis = await provideRedis('');
    onTestFinished(() => redis.stop());
    expect(redis.isPrivate).toBe(true);
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    expect(await client.dbsize()).toBe(0);
  });
});

describe('finding a Redis program', () => {
  it('takes valkey-server where there is no redis-server', async () => {
    const directory = await emptyDirectory();
    const program = join(directory, 'valkey-server');
    await writeFile(program, '#!/bin/sh\n');
    await chmod(program, 0o755);
    expect(await findRedisBinary({ path: `/nowhere:${directory}` })).toBe(program);
  });

  it('does not take a file that cannot be run', async () => {
    const directory = await emptyDirectory();
    await writeFile(join(directory, 'redis-server'), '', { mode: 0o644 });
    await expect(findRedisBinary({ path: directory, mayInstall: false })).rejects.toThrow(
      /No Redis server was found/,
    );
  });

  it('names the command to type where it may not install', async () => {
    const directory = await emptyDirectory();
    await expect(findRedisBinary({ path: directory, mayInstall: false })).rejects.toThrow(
      /install .*redis.* \(or set REDIS_URL/,
    );
  });
});

describe('the Redis of a test', () => {
  it('has a prefix of its own and shows which keys would stay for ever', async () => {
    const [one, two] = [testRedis(), testRedis()];
    expect(one.prefix).not.toBe(two.prefix);
    const client = new Redis(one.url);
    onTestFinished(() => client.disconnect());
    await client.set(`${one.prefix}:stays`, '1');
    await client.set(`b_${one.prefix}_goes`, '1', 'PX', 60_000);
    expect(await one.keys()).toEqual([`b_${one.prefix}_goes`, `${one.prefix}:stays`]);
    expect(await one.keysWithoutExpiry()).toEqual([`${one.prefix}:stays`]);
    expect(await two.keys()).toEqual([]);
  });
});

async function started(options?: RedisOptions): Promise<RunningRedis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

function clientOf(redis: RunningRedis): Redis {
  const client = new Redis(redis.url);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-path-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
