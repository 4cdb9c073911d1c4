// Batches that were damaged in Redis, on their way to their results.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/batch/batch.ts';
import { DamageError } from '../../src/batch/damage.ts';
import type { FinishedRow } from '../../src/batch/results.ts';
import { toFault } from '../../src/errors.ts';
import type { BatchPart } from '../../src/queue/keys.ts';
import { createLedger, type Ledger } from '../../src/queue/ledger.ts';
import { recheck } from '../../src/queue/recheck.ts';
import { createStore, type Store } from '../../src/queue/store.ts';
import { readSurvey } from '../../src/queue/survey.ts';
import { createFinishStep } from '../../src/work/finish-batch.ts';
import { quiet } from '../work/fakes.ts';
import { buildDone, buildFailed, createFixture, startBatch } from './queue-fixture.ts';

interface World {
  readonly ledger: Ledger;
  readonly store: Store;
}

type Damage = (world: World, id: string) => Promise<unknown>;

function toDamage(
  part: BatchPart,
  change: (redis: Store['redis'], key: string) => Promise<unknown>,
): Damage {
  return ({ store: { redis, keys } }, id) => change(redis, keys.batch(id, part));
}

/** Works all rows that can be had; every seventh fails. */
async function work({ ledger }: World): Promise<void> {
  // Which rows cannot be had, a worker hears of each chunk once.
  const leaseOne = (): ReturnType<Ledger['lease']> =>
    ledger.lease('w').catch((error: unknown) => {
      if (error instanceof DamageError) return leaseOne();
      throw error;
    });
  for (let lease = await leaseOne(); lease !== undefined; lease = await leaseOne()) {
    for (const row of lease.rows) {
      const outcome = row.index % 7 === 0 ? buildFailed() : buildDone(row);
      await ledger.commit(lease, row, outcome);
    }
    await ledger.release(lease);
  }
}

async function finishing(world: World, rows: number): Promise<string> {
  const id = await startBatch(world.ledger, rows);
  await work(world);
  expect((await world.ledger.readBatch(id))?.state).toBe('finishing');
  return id;
}

/** Runs the finish step, and the rows that it sends back, for as long as that leads on; what was delivered. */
async function finish(
  world: World,
  id: string,
  damages: readonly (Damage | undefined)[] = [],
): Promise<readonly (readonly FinishedRow[])[]> {
  const delivered: (readonly FinishedRow[])[] = [];
  let written: readonly FinishedRow[] = [];
  const step = createFinishStep({
    ledger: world.ledger,
    log: quiet,
    openDirectory: async () => ({ path: '', [Symbol.asyncDispose]: async () => {} }),
    async writeResults(_batch, { rows }) {
      const seen: FinishedRow[] = [];
      for await (const chunk of rows) seen.push(...chunk);
      written = seen;
      const unfinished = written.filter(({ outcome }) => outcome.status !== 'done').length;
      return { files: [], rows: written.length, unfinished, samples: [] };
    },
    deliver: async () => void delivered.push(written),
    removeFiles: async () => {},
  });
  for (let round = 0; round < 6; round += 1) {
    const state = (await world.ledger.readBatch(id))?.state;
    if (state === 'running') await work(world);
    if (state !== 'done') await damages[round]?.(world, id);
    await step(id, new AbortController().signal).catch(() => {});
  }
  return delivered;
}

function statusesOf(rows: readonly FinishedRow[] | undefined): readonly string[] {
  return (rows ?? []).map(({ outcome }) =>
    outcome.status === 'failed' ? outcome.fault.code : outcome.status,
  );
}

function expected(count: number, change: (index: number) => string | undefined = () => undefined) {
  return Array.from(
    { length: count },
    (_, index) => change(index) ?? (index % 7 === 0 ? 'E_ROW_NO_IMAGE' : 'done'),
  );
}

async function readBatch({ ledger }: World, id: string): Promise<Batch> {
  const batch = await ledger.readBatch(id);
  if (batch === undefined) throw new Error(`No batch ${id}`);
  return batch;
}

describe('a batch whose rows do not add up when it is to be finished', () => {
  it('runs the rows again whose outcomes are gone, once each, and says how many', async () => {
    const world = createFixture();
    const { ledger, store } = world;
    const id = await startBatch(ledger, 120);
    const lease = await ledger.lease('w');
    if (lease === undefined) throw new Error('nothing to lease');
    // An open chunk: its last row comes after the outcomes of two others are gone.
    for (const row of lease.rows.slice(0, 49)) await ledger.commit(lease, row, buildDone(row));
    await store.redis.hdel(store.keys.batch(id, 'outcomes'), '3', '4');
    for (const row of lease.rows.slice(49)) await ledger.commit(lease, row, buildDone(row));
    await work(world);

    expect(await ledger.recheck(id)).toBe(2);
    expect(await readBatch(world, id)).toMatchObject({
      state: 'running',
      recheckedRows: 2,
      counts: { total: 120, pending: 2, running: 0, cancelled: 0 },
    });
    const again = await ledger.lease('w');
    expect(again?.rows.map(({ index }) => index)).toEqual([3, 4]);
    if (again !== undefined) await ledger.release(again);
    const [delivered, ...others] = await finish(world, id);
    expect(others).toEqual([]);
    expect(statusesOf(delivered).slice(50)).toEqual(expected(120).slice(50));
    expect((await readBatch(world, id)).state).toBe('done');
  });

  it('runs a sealed chunk again whose outcomes are gone or cannot be read', async () => {
    for (const damage of ['gone', 'broken', 'short'] as const) {
      const world = createFixture();
      const { store, ledger } = world;
      const id = await finishing(world, 120);
      const outcomes = store.keys.batch(id, 'outcomes');
      if (damage === 'gone') await store.redis.hdel(outcomes, 'c1');
      if (damage === 'broken') await store.redis.hset(outcomes, 'c1', 'no bytes of ours');
      if (damage === 'short') {
        const last = await store.redis.hgetBuffer(outcomes, 'c2');
        await store.redis.hset(outcomes, 'c1', last ?? '');
      }
      expect(await ledger.recheck(id)).toBe(50);
      expect(statusesOf((await finish(world, id))[0])).toEqual(expected(120));
    }
  });

  it('has its counters and causes put right where nothing else is wrong, and is delivered', async () => {
    const world = createFixture();
    const { store, ledger } = world;
    const id = await finishing(world, 60);
    const { counts, faultGroups } = await readBatch(world, id);
    await store.redis.hmset(store.keys.batch(id, 'record'), {
      total: 57,
      pending: 4,
      running: -3,
      done: 2,
    });
    const faults = store.keys.batch(id, 'faults');
    await store.redis.del(faults);
    await store.redis.hset(faults, 'E_OLD:count', 3, 'E_OLD:example', '{"code":"E_OLD"}');
    expect(await ledger.recheck(id)).toBe(0);
    expect(await readBatch(world, id)).toMatchObject({ state: 'finishing', counts, faultGroups });
    expect((await readSurvey(store)).failedChecks).toBe(1);
    expect(statusesOf((await finish(world, id))[0])).toEqual(expected(60));
  });

  it('ends although rows are gone themselves: those have failed, and the person is told to retry', async () => {
    const world = createFixture();
    const { store } = world;
    const id = await finishing(world, 120);
    await store.redis.hdel(store.keys.batch(id, 'chunks'), '1');
    await store.redis.hset(store.keys.batch(id, 'chunks'), '2', 'no bytes of ours');
    const [delivered] = await finish(world, id);
    expect(statusesOf(delivered)).toEqual(
      expected(120, (index) => (index < 50 ? undefined : 'E_ROW_LOST')),
    );
    const batch = await readBatch(world, id);
    expect(batch).toMatchObject({ state: 'done', counts: { failed: 8 + 70 } });
    expect(batch.faultGroups[0]).toEqual({
      code: 'E_ROW_LOST',
      count: 70,
      lines: [52, 53, 54, 55, 56, 57, 58, 59, 60, 61],
      example: toFault('E_ROW_LOST', {}),
      varied: false,
    });
  });

  it('that was stopped runs nothing again', async () => {
    const world = createFixture();
    const { ledger, store } = world;
    const id = await startBatch(ledger, 120);
    const lease = await ledger.lease('w');
    if (lease === undefined) throw new Error('nothing to lease');
    for (const row of lease.rows) await ledger.commit(lease, row, buildDone(row));
    await ledger.cancel(id, 'U1');
    await store.redis.hdel(store.keys.batch(id, 'outcomes'), 'c0');
    expect(await ledger.recheck(id)).toBe(0);
    expect(statusesOf((await finish(world, id))[0])).toEqual(
      Array.from({ length: 120 }, () => 'cancelled'),
    );
    expect((await readBatch(world, id)).state).toBe('cancelled');
  });

  it('takes no outcome any more of who held a lease that was left', async () => {
    const world = createFixture();
    const { ledger, store } = world;
    const id = await startBatch(ledger, 60);
    const left = await ledger.lease('left');
    const [row] = left?.rows ?? [];
    if (left === undefined || row === undefined) throw new Error('nothing to lease');
    await store.redis.hmset(store.keys.batch(id, 'record'), { running: 0 });
    await work(world);
    expect((await readBatch(world, id)).state).toBe('finishing');
    expect(await ledger.recheck(id)).toBe(50);
    expect(await ledger.commit(left, row, buildDone(row))).toBe('refused');
    expect(await ledger.renew([left])).toEqual(['lost']);
    expect(statusesOf((await finish(world, id))[0])).toEqual(expected(60));
  });

  it('stays cancelled where that was done while it was counted', async () => {
    for (const moment of [2, 3]) {
      const world = createFixture();
      const { ledger, store } = world;
      const id = await finishing(world, 120);
      await store.redis.hdel(store.keys.batch(id, 'outcomes'), 'c1');
      await store.redis.hset(store.keys.batch(id, 'record'), 'stuckMs', 1);
      let step = 0;
      const run: Store['run'] = async (script, ...args) => {
        step += 1;
        if (step === moment) await ledger.cancel(id, 'OP');
        return store.run(script, ...args);
      };
      await recheck({ ...store, run }, id).catch(() => {});
      expect(step).toBeGreaterThanOrEqual(moment);
      expect(await store.redis.exists(store.keys.batch(id, 'pending'))).toBe(0);
      expect((await readBatch(world, id)).state).toBe('cancelled');
      expect(await ledger.activeBatchIds()).toEqual([]);
      expect(await ledger.lease('w')).toBeUndefined();
    }
  });

  it('waits like any other for the model server', async () => {
    const world = createFixture();
    const { ledger, store, endpoint } = world;
    const id = await finishing(world, 60);
    await endpoint.close('model-away');
    await store.redis.hdel(store.keys.batch(id, 'outcomes'), 'c0');
    expect(await ledger.recheck(id)).toBe(50);
    expect(await readBatch(world, id)).toMatchObject({
      state: 'paused',
      pause: { reason: 'model-away' },
    });
  });

  it('is counted anew twice and then left, and not at all where it is over', async () => {
    const world = createFixture();
    const { ledger, store } = world;
    const id = await finishing(world, 60);
    for (let time = 0; time < 2; time += 1) {
      await store.redis.hincrby(store.keys.batch(id, 'record'), 'done', 1);
      expect(await ledger.recheck(id)).toBe(0);
    }
    const damaged = await store.redis.hincrby(store.keys.batch(id, 'record'), 'done', 1);
    expect(await ledger.recheck(id)).toBeUndefined();
    expect(await finish(world, id)).toEqual([]);
    expect((await readBatch(world, id)).counts.done).toBe(damaged);
    const other = await startBatch(ledger, 3);
    expect(await ledger.recheck(other)).toBe(0);
    expect((await readBatch(world, other)).state).toBe('running');
  });
});

describe('a running batch that was damaged', () => {
  it('lets the others go first where rows are gone, and ends', async () => {
    const world = createFixture();
    const { ledger, store } = world;
    const broken = await startBatch(ledger, 120);
    const whole = await startBatch(ledger, 10);
    await store.redis.hdel(store.keys.batch(broken, 'chunks'), '0', '1', '2');
    expect((await ledger.lease('w'))?.batchId).toBe(whole);
    expect(await ledger.lease('w')).toBeUndefined();
    expect((await readBatch(world, broken)).state).toBe('finishing');
    expect(statusesOf((await finish(world, broken))[0])).toEqual(expected(120, () => 'E_ROW_LOST'));
  });

  it('ends where rows cannot be read, and tells of each chunk of them in the log', async () => {
    const world = createFixture();
    const { ledger, store } = world;
    const id = await startBatch(ledger, 120);
    await store.redis.hset(store.keys.batch(id, 'chunks'), '0', 'no bytes of ours');
    await expect(ledger.lease('w')).rejects.toThrow(DamageError);
    await work(world);
    const statuses = statusesOf((await finish(world, id))[0]);
    expect(statuses).toEqual(expected(120, (index) => (index < 50 ? 'E_ROW_LOST' : undefined)));
  });

  it('does not run for ever where its counters tell of rows that are not there, or not of those that are', async () => {
    for (const off of [3, -3]) {
      const world = createFixture();
      const { ledger, store } = world;
      const id = await startBatch(ledger, 120);
      await store.redis.hincrby(store.keys.batch(id, 'record'), 'pending', off);
      await work(world);
      expect((await readBatch(world, id)).state).toBe('finishing');
      expect(statusesOf((await finish(world, id))[0])).toEqual(expected(120));
    }
  });
});

const rowsInAll = 130;
const nth = fc.nat(rowsInAll - 1);
const chunks = fc.nat(2);

const damages: fc.Arbitrary<Damage> = fc.oneof(
  nth.map((row) => toDamage('outcomes', (redis, key) => redis.hdel(key, `${row}`))),
  nth.map((row) => toDamage('outcomes', (redis, key) => redis.hset(key, `${row}`, 'no outcome'))),
  chunks.map((chunk) => toDamage('outcomes', (redis, key) => redis.hdel(key, `c${chunk}`))),
  chunks.map((chunk) => toDamage('outcomes', (redis, key) => redis.hset(key, `c${chunk}`, '?'))),
  chunks.map((chunk) => toDamage('chunks', (redis, key) => redis.hdel(key, `${chunk}`))),
  chunks.map((chunk) => toDamage('pending', (redis, key) => redis.zrem(key, `${chunk}`))),
  chunks.map((chunk) => toDamage('tokens', (redis, key) => redis.hdel(key, `${chunk}:left`))),
  fc
    .tuple(
      fc.constantFrom('total', 'pending', 'running', 'done', 'failed', 'cancelled'),
      fc.integer({ min: -60, max: 60 }),
    )
    .map(([counter, by]) => toDamage('record', (redis, key) => redis.hincrby(key, counter, by))),
  fc.constant<Damage>(({ ledger }) => ledger.lease('left')),
);

describe('whatever is damaged, and when', () => {
  it('ends in a file with every row once, or is left to a person; never in a file that lacks one', async () => {
    const { redis, server, announcements } = createFixture();
    let runs = 0;
    const plan = fc.record({
      before: fc.array(damages, { maxLength: 2 }),
      committed: fc.nat(50),
      later: fc.array(damages, { maxLength: 3 }),
      meanwhile: fc.array(fc.option(damages, { nil: undefined }), { maxLength: 4 }),
    });
    const property = fc.asyncProperty(plan, async ({ before, committed, later, meanwhile }) => {
      const store = createStore({ redis, prefix: `${server.prefix}-${runs++}` });
      const world = { store, ledger: createLedger({ store, announcements, leaseMs: 1 }) };
      const id = await startBatch(world.ledger, rowsInAll);
      const lease = await world.ledger.lease('w');
      for (const row of lease?.rows.slice(0, committed) ?? []) {
        if (lease !== undefined) await world.ledger.commit(lease, row, buildDone(row));
      }
      for (const damage of before) await damage(world, id);
      await work(world);
      for (const damage of later) await damage(world, id);
      const delivered = await finish(world, id, meanwhile);
      const { state, counts } = await readBatch(world, id);
      expect({ state, times: delivered.length }).toEqual({
        state: delivered.length === 0 ? 'finishing' : 'done',
        times: Math.min(delivered.length, 1),
      });
      // Two counts mend whatever was damaged before the first.
      const isLeftAlone = meanwhile.every((each) => each === undefined);
      expect(state === 'done' || !isLeftAlone).toBe(true);
      for (const rows of delivered) {
        expect(rows.map(({ row }) => row.index)).toEqual([
          ...Array.from({ length: rowsInAll }).keys(),
        ]);
        const statuses = statusesOf(rows);
        expect(statuses).not.toContain('cancelled');
        expect(statuses.filter((status) => status === 'done')).toHaveLength(counts.done);
      }
    });
    await fc.assert(property, { numRuns: 60, interruptAfterTimeLimit: 8000, timeout: 30_000 });
    expect(runs).toBeGreaterThan(2);
  });
});
