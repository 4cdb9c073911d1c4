import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGate, type Gate, type GateOptions } from '../../src/queue/gate.ts';
import { GateUnavailable } from '../../src/queue/gate-unavailable.ts';
import { startRedis, type RunningRedis } from '../../src/sandbox/redis/redis-server.ts';
import { startTcpProxy } from '../chaos/tcp-proxy.ts';
import { testRedis } from '../support/test-redis.ts';
import { startProgram } from './start-program.ts';

const never = new AbortController().signal;

async function openGate(change: Partial<GateOptions> & { redisUrl: string; prefix: string }) {
  const gate = await createGate({ endpoint: 'test', budget: 8, expirationMs: 60_000, ...change });
  onTestFinished(() => gate.close());
  return gate;
}

async function ownRedis(args: readonly string[] = []): Promise<RunningRedis> {
  const server = await startRedis({ args });
  onTestFinished(() => server.stop());
  return server;
}

/** A job that runs until it is told to end. */
function hold(gate: Gate, weight: number) {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const done = gate.run({ weight, signal: never }, () => {
    start();
    return ended;
  });
  return { started, end, done };
}

async function clientFor(url: string): Promise<Redis> {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

describe('the gate', () => {
  it('passes on what the work answers and how it fails', async () => {
    const { url, prefix } = testRedis();
    const gate = await openGate({ redisUrl: url, prefix });
    expect(await gate.run({ weight: 1, signal: never }, () => Promise.resolve(7))).toBe(7);
    const broken = new Error('broken');
    const failing = gate.run({ weight: 1, signal: never }, () => Promise.reject(broken));
    await expect(failing).rejects.toBe(broken);
    await vi.waitFor(async () => expect((await gate.counts()).running).toBe(0));
  });

  it('keeps the budget over two processes and lets everything through', async () => {
    const { url, prefix } = testRedis();
    const gates = await Promise.all([1, 2].map(() => openGate({ redisUrl: url, prefix })));
    let inFlight = 0;
    let most = 0;
    let ran = 0;
    const jobs = Array.from({ length: 60 }, async (_, turn) => {
      const weight = (turn % 4) + 1;
      await gates[turn % 2]?.run({ weight, signal: never }, async () => {
        inFlight += weight;
        most = Math.max(most, inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= weight;
        ran += 1;
      });
    });
    await Promise.all(jobs);
    expect(ran).toBe(60);
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('never has a budget below the largest weight, and takes weights between 1 and 8', async () => {
    const { url, prefix } = testRedis();
    const gate = await openGate({ redisUrl: url, prefix, budget: 1 });
    expect((await gate.counts()).budget).toBe(8);
    await gate.setBudget(Number.NaN);
    expect((await gate.counts()).budget).toBe(8);
    const heavy = hold(gate, 99);
    await heavy.started;
    expect((await gate.counts()).running).toBe(8);
    heavy.end();
    await heavy.done;
    const light = hold(gate, 0);
    await light.started;
    expect((await gate.counts()).running).toBe(1);
    light.end();
    await light.done;
  });

  it('keeps the budget that another process has set, and sees it change without asking', async () => {
    const { url, prefix } = testRedis();
    const first = await openGate({ redisUrl: url, prefix, budget: 32 });
    const second = await openGate({ redisUrl: url, prefix, budget: 16 });
    expect([first.budget(), second.budget()]).toEqual([32, 32]);
    await first.setBudget(40);
    expect(first.budget()).toBe(40);
    await vi.waitUntil(() => second.budget() === 40, { timeout: 10_000 });
    const jobs = Array.from({ length: 5 }, () => hold(second, 8));
    await Promise.all(jobs.map(({ started }) => started));
    expect(await first.counts()).toMatchObject({ running: 40, jobs: 5, doneWeight: 0 });
    jobs.forEach(({ end }) => end());
    await Promise.all(jobs.map(({ done }) => done));
    await vi.waitFor(async () => expect((await first.counts()).doneWeight).toBe(40));
  });

  it('mends a stored budget under the largest weight, which would block it for ever', async () => {
    const { url, prefix } = testRedis();
    const gate = await openGate({ redisUrl: url, prefix, budget: 32 });
    const client = await clientFor(url);
    const settings = `b_${prefix}:gate:test_settings`;
    await client.hset(settings, 'maxConcurrent', 3);
    const later = await openGate({ redisUrl: url, prefix });
    expect(later.budget()).toBe(8);
    expect(await later.run({ weight: 8, signal: never }, () => Promise.resolve('on'))).toBe('on');
    await client.hset(settings, 'maxConcurrent', 1);
    await vi.waitUntil(async () => (await client.hget(settings, 'maxConcurrent')) === '8', {
      timeout: 10_000,
    });
    expect(await gate.run({ weight: 8, signal: never }, () => Promise.resolve('on'))).toBe('on');
  });

  it('lets go at once of a job that is aborted while it waits, and never runs it', async () => {
    const { url, prefix } = testRedis();
    const gate = await openGate({ redisUrl: url, prefix });
    const first = hold(gate, 8);
    await first.started;
    const abort = new AbortController();
    let ran = false;
    const waiting = gate.run({ weight: 8, signal: abort.signal }, async () => {
      ran = true;
    });
    expect((await gate.counts()).queued).toBe(1);
    const reason = new Error('cancelled');
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect((await gate.counts()).queued).toBe(0);
    const last = hold(gate, 8);
    first.end();
    await last.started;
    last.end();
    await Promise.all([first.done, last.done]);
    expect(ran).toBe(false);
    const early = gate.run({ weight: 1, signal: abort.signal }, () => Promise.resolve());
    await expect(early).rejects.toBe(reason);
  });

  it('does not touch work that is aborted while it runs', async () => {
    const { url, prefix } = testRedis();
    const gate = await openGate({ redisUrl: url, prefix });
    const abort = new AbortController();
    const result = gate.run({ weight: 1, signal: abort.signal }, async () => {
      abort.abort();
      return 'went on';
    });
    expect(await result).toBe('went on');
  });

  it('frees a slot whose work is overdue, and still settles with the work', async () => {
    const { url, prefix } = testRedis();
    const errors: unknown[] = [];
    const gate = await openGate({
      redisUrl: url,
      prefix,
      expirationMs: 50,
      onError: (error) => errors.push(error),
    });
    const overdue = hold(gate, 8);
    await overdue.started;
    const next = hold(gate, 8);
    await next.started;
    expect(errors).toHaveLength(1);
    overdue.end();
    next.end();
    await Promise.all([overdue.done, next.done]);
  });

  it('tells its own failure from that of the work', async () => {
    const server = await ownRedis();
    const gate = await openGate({ redisUrl: server.url, prefix: 'p' });
    const client = await clientFor(server.url);
    await client.config('SET', 'maxmemory', '1');
    const refused = gate.run({ weight: 1, signal: never }, () => Promise.resolve());
    await expect(refused).rejects.toBeInstanceOf(GateUnavailable);
    await expect(refused).rejects.toMatchObject({ cause: { message: /OOM/ } });
    await client.config('SET', 'maxmemory', '0');
    expect(await gate.run({ weight: 1, signal: never }, () => Promise.resolve('on'))).toBe('on');
  });

  it('turns away what waits when it is closed', async () => {
    const { url, prefix } = testRedis();
    const gate = await openGate({ redisUrl: url, prefix });
    const running = hold(gate, 8);
    await running.started;
    const waiting = gate.run({ weight: 1, signal: never }, () => Promise.resolve());
    const closed = gate.close();
    await expect(waiting).rejects.toBeInstanceOf(GateUnavailable);
    running.end();
    await running.done;
    await closed;
  });
});

describe('the gate over trouble in Redis', () => {
  it('goes on after its keys are lost, with what runs and what waits', async () => {
    const server = await ownRedis();
    const gate = await openGate({ redisUrl: server.url, prefix: 'p' });
    const running = hold(gate, 8);
    await running.started;
    const waiting = Array.from({ length: 20 }, (_, turn) =>
      gate.run({ weight: 8, signal: never }, () => Promise.resolve(turn)),
    );
    const client = await clientFor(server.url);
    await client.flushall();
    running.end();
    expect(await Promise.all(waiting)).toHaveLength(20);
    await running.done;
    const idle = { running: 0, jobs: 0, queued: 0, budget: 8 };
    await vi.waitFor(async () => expect(await gate.counts()).toMatchObject(idle));
  });

  it('goes on when a restarted Redis has forgotten everything', async () => {
    const server = await ownRedis();
    const gate = await openGate({ redisUrl: server.url, prefix: 'p' });
    expect(await gate.run({ weight: 1, signal: never }, () => Promise.resolve(1))).toBe(1);
    await server.restart();
    expect(await gate.run({ weight: 8, signal: never }, () => Promise.resolve(2))).toBe(2);
  });

  it('mends the sum of what is in flight when a lost reply has made it wrong', async () => {
    const server = await ownRedis();
    const repairs: object[] = [];
    const options = { redisUrl: server.url, prefix: 'p', onRepair: (r: object) => repairs.push(r) };
    const gate = await openGate({ ...options, reconcileEveryMs: 200 });
    const client = await clientFor(server.url);
    const held = hold(gate, 3);
    await held.started;
    await client.hincrby('b_p:gate:test_settings', 'running', 5);
    const next = hold(gate, 5);
    await next.started;
    expect(repairs).toEqual([{ kind: 'reconciled', before: 8, now: 3 }]);
    expect((await gate.counts()).running).toBe(8);
    held.end();
    next.end();
    await Promise.all([held.done, next.done]);
  });

  it('frees what Redis had refused to free, and leaves what still runs', async () => {
    const server = await ownRedis();
    const repairs: object[] = [];
    const options = { redisUrl: server.url, prefix: 'p', onRepair: (r: object) => repairs.push(r) };
    const gate = await openGate(options);
    const other = await openGate({ redisUrl: server.url, prefix: 'p' });
    const ending = [hold(gate, 2), hold(gate, 3)];
    const staying = [hold(gate, 1), hold(other, 2)];
    await Promise.all([...ending, ...staying].map(({ started }) => started));
    const client = await clientFor(server.url);
    await client.config('SET', 'maxmemory', '1');
    ending.forEach(({ end }) => end());
    await Promise.all(ending.map(({ done }) => done));
    await new Promise((resolve) => setImmediate(resolve));
    // Asked on the same connection after them, so that both have been refused.
    expect(await gate.counts()).toMatchObject({ running: 8, jobs: 4 });
    await client.config('SET', 'maxmemory', '0');
    const next = hold(gate, 5);
    await next.started;
    expect(repairs).toEqual([{ kind: 'orphaned', slots: 2 }]);
    expect(await gate.counts()).toMatchObject({ running: 8, jobs: 3 });
    [...staying, next].forEach(({ end }) => end());
    await Promise.all([...staying, next].map(({ done }) => done));
  });

  it('does not take those for dead who could not speak, since Redis took no writes', async () => {
    const server = await ownRedis();
    const errors: unknown[] = [];
    const repairs: object[] = [];
    const gate = await openGate({
      redisUrl: server.url,
      prefix: 'p',
      onError: (error) => errors.push(error),
      onRepair: (repair) => repairs.push(repair),
    });
    const client = await clientFor(server.url);
    // The slot of another process, which was seen last when Redis still took writes.
    await client
      .multi()
      .hset('b_p:gate:test_job_weights', 'its slot', 1)
      .hset('b_p:gate:test_job_clients', 'its slot', 'another')
      .zadd('b_p:gate:test_seen', 0, 'another')
      .config('SET', 'maxmemory', '1')
      .exec();
    // Of every two seconds one is the heartbeat's and one the keeper's.
    await vi.waitUntil(() => errors.length >= 4, { timeout: 20_000 });
    await client.config('SET', 'maxmemory', '0');
    await client.hset('b_p:gate:test_settings', 'maxConcurrent', 9);
    await vi.waitUntil(() => gate.budget() === 9, { timeout: 20_000 });
    expect(repairs.filter((repair) => 'slots' in repair)).toEqual([]);
    // Whoever stays silent when he could speak is dead.
    await vi.waitUntil(() => repairs.some((repair) => 'slots' in repair), { timeout: 20_000 });
    expect(repairs).toContainEqual({ kind: 'reaped', slots: 1 });
  });

  it('frees a slot that nobody got, since the reply that granted it was lost', async () => {
    const server = await ownRedis();
    const proxy = await startTcpProxy(server.port);
    onTestFinished(() => proxy.close());
    const repairs: object[] = [];
    const gate = await openGate({
      redisUrl: `redis://127.0.0.1:${proxy.port}`,
      prefix: 'p',
      expirationMs: 61_234,
      onRepair: (repair) => repairs.push(repair),
    });
    // From now on Redis knows the scripts by their digest alone.
    await gate.run({ weight: 1, signal: never }, () => Promise.resolve());
    // Only the script that takes a slot is told when it expires.
    proxy.loseReplies(1, { asked: '\r\n61234\r\n' });
    // Sent again it finds the budget used up, by itself.
    const only = hold(gate, 8);
    await only.started;
    expect(proxy.lostReplies()).toBe(1);
    expect(repairs).toContainEqual({ kind: 'orphaned', slots: 1 });
    only.end();
    await only.done;
    await vi.waitFor(async () => expect((await gate.counts()).jobs).toBe(0));
  });

  it('gives keys an end that are made anew without work', async () => {
    const redis = testRedis();
    await openGate({ redisUrl: redis.url, prefix: redis.prefix });
    await redis.flush();
    await vi.waitUntil(async () => (await redis.keys()).some((key) => key.endsWith('_last_seen')), {
      timeout: 20_000,
    });
    const isEnding = async (): Promise<boolean> => (await redis.keysWithoutExpiry()).length === 0;
    await vi.waitUntil(isEnding, { timeout: 20_000 });
    expect(await redis.keys()).toContain(`b_${redis.prefix}:gate:test_client_running`);
  });

  it('reports that Redis is not there', async () => {
    const gate = createGate({
      redisUrl: 'redis://127.0.0.1:1',
      prefix: 'p',
      endpoint: 'test',
      budget: 8,
      expirationMs: 1000,
      readyDeadlineMs: 200,
    });
    await expect(gate).rejects.toBeInstanceOf(GateUnavailable);
  });
});

describe('the gate and other processes', () => {
  it('frees the slots of a process that was killed', async () => {
    const { url, prefix } = testRedis();
    const repairs: object[] = [];
    const gate = await openGate({ redisUrl: url, prefix, onRepair: (r) => repairs.push(r) });
    const holder = startProgram('gate-holder.ts', url, prefix);
    await holder.said('holding');
    await holder.kill();
    const heir = hold(gate, 8);
    await heir.started;
    expect(repairs).toContainEqual({ kind: 'reaped', slots: 1 });
    heir.end();
    await heir.done;
  });

  it('keeps its slots when the clock of another process is an hour ahead', async () => {
    const { url, prefix } = testRedis();
    const gate = await openGate({ redisUrl: url, prefix });
    const held = hold(gate, 8);
    await held.started;
    const ahead = startProgram('gate-holder.ts', url, prefix, String(3_600_000));
    await ahead.said('waiting');
    // Its submission has reached Redis once it is counted there: from then on its clock could have told.
    const client = await clientFor(url);
    await vi.waitUntil(async () => {
      const queued = await client.hvals(`b_${prefix}:gate:test_client_num_queued`);
      return queued.includes('1');
    });
    expect((await gate.counts()).running).toBe(8);
    held.end();
    await held.done;
    await ahead.said('holding');
  });
});

describe('the pinned limiter', () => {
  it('is the version whose inside is mended here', () => {
    expect(Reflect.get(Bottleneck, 'version')).toBe('2.19.5');
  });
});
