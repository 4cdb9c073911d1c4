import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isConserved } from '../../src/batch/batch.ts';
import type { Lease } from '../../src/batch/lease.ts';
import { createLedger, type Ledger } from '../../src/queue/ledger.ts';
import { createEndpoint, type Endpoint } from '../../src/queue/endpoint.ts';
import { createStore, type Store } from '../../src/queue/store.ts';
import { retryBatch } from '../../src/work/retry-batch.ts';
import { LedgerModel } from './ledger-model.ts';
import {
  buildDone,
  buildFailed,
  buildRetryNeeds,
  buildRows,
  createFixture,
  startBatch,
} from './queue-fixture.ts';

interface World {
  readonly ledger: Ledger;
  readonly endpoint: Endpoint;
  readonly store: Store;
  readonly model: LedgerModel;
  /** Every lease that was ever given out, also those that are over. */
  readonly leases: Lease[];
}

type Operation = (world: World) => Promise<void>;

/** The n-th of a list, whatever n is. */
function pick<T>(list: readonly T[], n: number): T | undefined {
  return list[n % Math.max(list.length, 1)];
}

async function commitRows(world: World, lease: Lease, [first, many]: [number, number]) {
  const { ledger, model } = world;
  const rows = buildRows(lease.chunk * 50 + 50).slice(lease.chunk * 50);
  const known = rows.filter(({ index }) => index < model.get(lease.batchId).rows.length);
  for (const row of known.slice(first, first + many)) {
    const outcome = row.index % 3 === 0 ? buildFailed() : buildDone(row);
    const expected = model.commit(lease, row.index, outcome.status);
    expect(await ledger.commit(lease, row, outcome)).toBe(expected);
  }
}

async function startOne({ ledger, model }: World, count: number) {
  if (model.batches.length < 4) model.start(await startBatch(ledger, count), count);
}

function toTold(lease: Lease | undefined) {
  const isCrashed = lease?.rows.every(({ fault }) => fault?.code === 'E_ROW_CRASHED_WORKER');
  return isCrashed === true ? 'crashed' : lease?.caution;
}

async function leaseOne({ ledger, model, leases }: World) {
  const expected = model.next();
  const { batch, ...given } = expected ?? {};
  const lease = await ledger.lease('w');
  expect(lease?.batchId).toBe(batch?.id);
  const rows = lease?.rows.map(({ index }) => index);
  expect({ chunk: lease?.chunk, rows, told: toTold(lease) }).toEqual({ ...given });
  if (lease === undefined) return;
  model.lease(lease.token);
  leases.push(lease);
}

/** What a worker does with a lease, until it dies, if it does. */
async function beginOne({ ledger, model }: World, lease: Lease) {
  const [row] = lease.rows;
  if (row === undefined || lease.caution === undefined) return;
  expect(await ledger.noteStart(lease, row)).toBe(model.noteStart(lease, row.index));
}

/** A row that was found to kill its workers. */
async function failCrashed({ ledger, model }: World, lease: Lease) {
  for (const row of lease.rows) {
    if (row.fault === undefined) continue;
    const outcome = { status: 'failed', fault: row.fault } as const;
    const expected = model.commit(lease, row.index, 'crashed');
    expect(await ledger.commit(lease, row, outcome)).toBe(expected);
  }
}

/** Workers take a chunk, begin and die, one after another. */
async function crashSome(world: World, times: number) {
  for (let time = 0; time < times; time += 1) {
    await leaseOne(world);
    const lease = world.leases.at(-1);
    if (lease === undefined) return;
    await beginOne(world, lease);
    await failCrashed(world, lease);
    await expireOne(world, lease);
  }
}

async function releaseOne({ ledger, model }: World, lease: Lease) {
  model.release(lease);
  await ledger.release(lease);
}

async function renewOne({ ledger, model }: World, lease: Lease) {
  expect(await ledger.renew([lease])).toEqual([model.renew(lease)]);
}

/** Makes the lease overdue without waiting for it. */
async function expireOne({ store, model }: World, lease: Lease) {
  if (!model.holds(lease)) return;
  model.expire(lease);
  await store.redis.zadd(store.keys.batch(lease.batchId, 'leases'), 'XX', 0, lease.chunk);
}

async function cancelOne({ ledger, model }: World, id: string, by: string) {
  expect(await ledger.cancel(id, by)).toBe(model.cancel(id, by));
}

async function endOne({ ledger, model }: World, id: string) {
  model.end(id);
  await ledger.end(id);
}

/** As its button does, when its read step has run. */
async function retryOne({ ledger, model }: World, id: string) {
  if (!model.mayRetry(id) || model.batches.length >= 6) return;
  const batch = await ledger.readBatch(id);
  if (batch === undefined) throw new Error(`No batch ${id}`);
  const retryOf = { id, by: 'U1' };
  const drop = { ...batch.drop, key: `retry:${id}`, retryOf };
  const { id: as } = await ledger.recordDrop(drop);
  const recorded = await ledger.readBatch(as);
  if (recorded === undefined) throw new Error(`No batch ${as}`);
  const { signal } = new AbortController();
  await retryBatch({ batch: recorded, retryOf }, buildRetryNeeds(ledger), signal);
  model.retry(id, as);
}

async function stopAndRetry(world: World, id: string) {
  await cancelOne(world, id, 'U1');
  await endOne(world, id);
  await retryOne(world, id);
}

async function setClosed({ endpoint, model }: World, closed: boolean) {
  model.setClosed(closed);
  await (closed ? endpoint.close('model-away') : endpoint.open());
}

const n = fc.nat(1000);

/** One of the leases that were ever given out. */
function onLease(act: (world: World, lease: Lease) => Promise<void>): fc.Arbitrary<Operation> {
  return n.map((which) => async (world) => {
    const lease = pick(world.leases, which);
    if (lease !== undefined) await act(world, lease);
  });
}

function onBatch(act: (world: World, id: string) => Promise<void>): fc.Arbitrary<Operation> {
  return n.map((which) => async (world) => {
    const batch = pick(world.model.batches, which);
    if (batch !== undefined) await act(world, batch.id);
  });
}

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.integer({ min: 1, max: 120 }).map((count) => (world: World) => startOne(world, count)),
  { weight: 3, arbitrary: fc.constant(leaseOne) },
  fc.tuple(n, fc.nat(50), fc.nat(50)).map(([which, first, many]): Operation => async (world) => {
    const lease = pick(world.leases, which);
    if (lease !== undefined) await commitRows(world, lease, [first, many]);
  }),
  { weight: 3, arbitrary: onLease((world, lease) => commitRows(world, lease, [0, 50])) },
  onLease(releaseOne),
  onLease(beginOne),
  fc.nat(8).map((times) => (world: World) => crashSome(world, times)),
  onLease(renewOne),
  { weight: 2, arbitrary: onLease(expireOne) },
  onBatch((world, id) => cancelOne(world, id, id === '1' ? 'U1' : 'U2')),
  onBatch(endOne),
  { weight: 2, arbitrary: onBatch(stopAndRetry) },
  fc.nat(3).map((chance) => (world: World) => setClosed(world, chance === 0)),
);

async function expectSame({ ledger, model }: World): Promise<void> {
  for (const { id, state, cancelledBy } of model.batches) {
    const batch = await ledger.readBatch(id);
    if (batch === undefined) throw new Error(`No batch ${id}`);
    expect(isConserved(batch.counts)).toBe(true);
    expect({ ...batch.counts }).toEqual(model.countsOf(id));
    expect({ state: batch.state, by: batch.cancelledBy }).toEqual({ state, by: cancelledBy });
  }
}

async function expectSameOutcomes({ ledger, model }: World): Promise<void> {
  for (const { id, rows } of model.batches) {
    const statuses: string[] = [];
    for await (const chunk of ledger.readResults(id)) {
      for (const { outcome } of chunk) statuses.push(outcome.status);
    }
    const unfinished = new Set(['pending', 'running']);
    expect(statuses).toEqual(rows.map((row) => (unfinished.has(row) ? 'cancelled' : row)));
  }
}

describe('the ledger', () => {
  it('does what its model does, whatever happens in whatever order', async () => {
    const { redis, server, announcements } = createFixture();
    let runs = 0;
    const property = fc.asyncProperty(
      fc.array(operation, { minLength: 5, maxLength: 60 }),
      async (operations) => {
        const store = createStore({ redis, prefix: `${server.prefix}-${runs++}` });
        const world: World = {
          ledger: createLedger({ store, announcements, leaseMs: 3_600_000 }),
          endpoint: createEndpoint(store, 'gpu:8000', ['gpu:8000']),
          store,
          model: new LedgerModel(),
          leases: [],
        };
        for (const operate of operations) {
          await operate(world);
          await expectSame(world);
        }
        await expectSameOutcomes(world);
      },
    );
    const checked = fc.assert(property, { numRuns: 150, interruptAfterTimeLimit: 15_000 });
    await expect(checked).resolves.toBeUndefined();
  });
});
