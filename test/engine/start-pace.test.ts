import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startPace, type Pace, type PaceParts } from '../../src/engine/start-pace.ts';
import { createRedis } from '../../src/queue/create-redis.ts';
import { createGate, type Gate } from '../../src/queue/gate.ts';
import { createStore, type Store } from '../../src/queue/store.ts';
import { startProgram } from '../queue/start-program.ts';
import { testRedis } from '../support/test-redis.ts';
import { startRawServer, type RawServer } from '../vllm/raw-server.ts';

const name = 'gpu1:8000';
const until = { timeout: 60_000 };
const never = new AbortController().signal;

interface World {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly client: Redis;
  readonly server: RawServer;
  /** What the server tells besides what runs; changed by a test. */
  readonly tells: { running: number; waiting: number; status: number };
}

async function openWorld(): Promise<World> {
  const { url: redisUrl, prefix } = testRedis();
  const client = new Redis(redisUrl);
  onTestFinished(() => client.disconnect());
  const tells = { running: 0, waiting: 0, status: 200 };
  const server = await startRawServer((_request, response) => {
    const { running, waiting, status } = tells;
    const text = `vllm:num_requests_running ${running}\nvllm:num_requests_waiting ${waiting}\n`;
    response.writeHead(status).end(text);
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { redisUrl, prefix, client, server, tells };
}

/** A process: its gate, its pace and what that has set and said. */
interface Process {
  readonly gate: Gate;
  readonly pace: Pace;
  readonly set: number[];
  readonly said: [entry: object, message: string][];
  /** How many scripts its pace has run. */
  scripts(): number;
}

async function startProcess(world: World, change: Partial<PaceParts> = {}): Promise<Process> {
  const { redisUrl, prefix, server } = world;
  const redis = createRedis({ url: redisUrl });
  onTestFinished(() => redis.close());
  const gate = await createGate({ redisUrl, prefix, endpoint: name, expirationMs: 60_000 });
  onTestFinished(() => gate.close());
  const set: number[] = [];
  const said: Process['said'] = [];
  const say = (entry: object, message: string): void => void said.push([entry, message]);
  const setBudget = async (budget: number): Promise<void> => {
    set.push(budget);
    await gate.setBudget(budget);
  };
  const store = createStore({ redis, prefix });
  let scripts = 0;
  const counted: Store = {
    ...store,
    run: (...args) => {
      scripts += 1;
      return store.run(...args);
    },
  };
  const pace = startPace({
    name,
    url: server.url,
    gate: { counts: gate.counts, setBudget },
    store: counted,
    isOpen: () => true,
    log: { info: say, warn: say, error: say },
    intervalMs: 200,
    ...change,
  });
  onTestFinished(() => pace[Symbol.asyncDispose]());
  return { gate, pace, set, said, scripts: () => scripts };
}

/** Rows for the gate until the test ends; what runs is what the server tells. */
function fill({ tells }: World, gate: Gate): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = async (): Promise<void> => {
    tells.running += 1;
    await promise;
  };
  const jobs = Array.from({ length: 150 }, () => gate.run({ weight: 2, signal: never }, work));
  onTestFinished(async () => {
    resolve();
    await Promise.allSettled(jobs);
  });
}

describe('the pace over processes', () => {
  it('raises the budget for all while the server takes in what it gets, by one process alone', async () => {
    const world = await openWorld();
    const all = [await startProcess(world), await startProcess(world)];
    const [first, second] = all;
    if (first === undefined || second === undefined) throw new Error('two were started');
    fill(world, first.gate);
    await vi.waitUntil(() => second.gate.budget() >= 64 && first.gate.budget() >= 64, until);
    expect(all.filter(({ set }) => set.length > 0)).toHaveLength(1);
    expect(await world.client.keys(`${world.prefix}:pace:*`)).toHaveLength(2);
  });

  it('goes on in another process when the one that kept it is killed', async () => {
    const world = await openWorld();
    const { redisUrl, prefix, server } = world;
    const filler = await createGate({ redisUrl, prefix, endpoint: name, expirationMs: 60_000 });
    onTestFinished(() => filler.close());
    const holder = startProgram('../engine/pace-holder.ts', redisUrl, prefix, server.url);
    fill(world, filler);
    await holder.said('set');
    const heir = await startProcess(world);
    await vi.waitUntil(async () => Number(await world.client.get(kept(world))) >= 32, until);
    expect(heir.set).toEqual([]);
    await holder.kill();
    const before = await world.client.get(kept(world));
    await vi.waitUntil(
      () => {
        heir.pace.noteBusy();
        return heir.set.length > 0;
      },
      { ...until, interval: 100 },
    );
    // It goes on from the budget that the other one kept.
    expect(heir.set[0]).toBeGreaterThanOrEqual(0.5 * Number(before));
  });

  it('is taken over at once from a process that ends in order', async () => {
    const world = await openWorld();
    const first = await startProcess(world);
    await vi.waitUntil(() => world.server.requests.length > 0, until);
    await first.pace[Symbol.asyncDispose]();
    expect(await world.client.exists(`${world.prefix}:pace:${name}:lease`)).toBe(0);
  });
});

function kept({ prefix }: World): string {
  return `${prefix}:pace:${name}:budget`;
}

describe('the budget over restarts', () => {
  it('is kept for 10 minutes, and started from', async () => {
    const world = await openWorld();
    await world.client.set(kept(world), 200);
    const { gate } = await startProcess(world);
    await vi.waitFor(() => expect(gate.budget()).toBe(200), until);
    await vi.waitUntil(async () => (await world.client.ttl(kept(world))) > 590, until);
  });

  it('is small again when that time is over', async () => {
    const world = await openWorld();
    const { redisUrl, prefix } = world;
    const old = await createGate({ redisUrl, prefix, endpoint: name, expirationMs: 60_000 });
    await old.setBudget(500);
    await old.close();
    const { gate } = await startProcess(world);
    await vi.waitFor(() => expect(gate.budget()).toBe(16), until);
  });

  it('is not above a ceiling that was set since', async () => {
    const world = await openWorld();
    await world.client.set(kept(world), 200);
    const { gate } = await startProcess(world, { ceiling: 24 });
    await vi.waitFor(() => expect(gate.budget()).toBe(24), until);
  });

  it.each(['3', '-5', 'NaN', 'x'])(
    'is never less than 8, also where %s was kept',
    async (stored) => {
      const world = await openWorld();
      await world.client.set(kept(world), stored);
      const { gate, set } = await startProcess(world, { ceiling: 1 });
      await vi.waitFor(() => expect(gate.budget()).toBe(8), until);
      expect(Math.min(...set)).toBe(8);
      const heaviest = await gate.run({ weight: 8, signal: never }, () => Promise.resolve('ran'));
      expect(heaviest).toBe('ran');
    },
  );
});

describe('the pace and the server', () => {
  it('backs off where the server was busy, and says what to look at', async () => {
    const world = await openWorld();
    const { gate, pace, said } = await startProcess(world);
    world.tells.waiting = 3;
    fill(world, gate);
    await vi.waitUntil(() => world.server.requests.length > 2, until);
    const before = gate.budget();
    for (let turn = 0; turn < 20; turn += 1) pace.noteBusy();
    await vi.waitUntil(() => gate.budget() < before, until);
    expect(gate.budget()).toBeGreaterThanOrEqual(8);
    expect(JSON.stringify(said)).toContain('--max-num-queued-reqs');
  });

  it('does nothing while the endpoint is closed, and starts over with half of the budget', async () => {
    const world = await openWorld();
    let isOpen = true;
    await world.client.set(kept(world), 200);
    const { gate, set } = await startProcess(world, { isOpen: () => isOpen });
    await vi.waitFor(() => expect(gate.budget()).toBe(200), until);
    isOpen = false;
    const lease = `${world.prefix}:pace:${name}:lease`;
    await vi.waitUntil(async () => (await world.client.exists(lease)) === 0, until);
    const looks = world.server.requests.length;
    expect(set).toEqual([200]);
    isOpen = true;
    await vi.waitFor(() => expect(gate.budget()).toBe(100), until);
    expect(world.server.requests.length).toBeGreaterThan(looks);
  });

  it('works without metrics', async () => {
    const world = await openWorld();
    world.tells.status = 404;
    const { gate } = await startProcess(world);
    fill(world, gate);
    await vi.waitFor(() => expect(gate.budget()).toBeGreaterThanOrEqual(64), until);
  });

  it('sets the budget again where Redis has lost it', async () => {
    const world = await openWorld();
    await world.client.set(kept(world), 200);
    const { gate } = await startProcess(world);
    await vi.waitFor(() => expect(gate.budget()).toBe(200), until);
    await world.client.hset(`b_${world.prefix}:gate:${name}_settings`, 'maxConcurrent', 50);
    await vi.waitFor(async () => expect((await gate.counts()).budget).toBe(200), until);
  });

  it('costs one script a look, and half of that where another process keeps the pace', async () => {
    const world = await openWorld();
    const holder = await startProcess(world);
    await vi.waitUntil(() => world.server.requests.length > 0, until);
    const standby = await startProcess(world);
    const before = [world.server.requests.length, holder.scripts(), standby.scripts()] as const;
    await vi.waitUntil(() => world.server.requests.length >= before[0] + 10, until);
    expect(holder.scripts() - before[1]).toBeLessThanOrEqual(11);
    expect(standby.scripts() - before[2]).toBeLessThanOrEqual(6);
    expect(standby.scripts() - before[2]).toBeGreaterThan(0);
  });
});
