import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { isConserved } from '../../src/batch/batch.ts';
import type { FinishedRow } from '../../src/batch/results.ts';
import type { Lease } from '../../src/batch/lease.ts';
import { commit } from '../../src/queue/leasing.ts';
import { readScript } from '../../src/queue/script.ts';
import type { Store } from '../../src/queue/store.ts';
import { createLedger, type Ledger } from '../../src/queue/ledger.ts';
import { toFault } from '../../src/errors.ts';
import {
  buildDone,
  buildDrop,
  buildFailed,
  buildPlan,
  buildRows,
  connectFixture,
  createFixture,
  startBatch,
  writeRows,
} from './queue-fixture.ts';

async function leaseOne(ledger: Ledger, worker = 'w1'): Promise<Lease> {
  const lease = await ledger.lease(worker);
  if (lease === undefined) throw new Error('Nothing to lease');
  return lease;
}

async function finishChunk(ledger: Ledger, lease: Lease): Promise<void> {
  for (const row of lease.rows) {
    expect(await ledger.commit(lease, row, buildDone(row))).toBe('committed');
  }
}

async function readAll(ledger: Ledger, id: string): Promise<FinishedRow[]> {
  const all: FinishedRow[] = [];
  for await (const rows of ledger.readResults(id)) all.push(...rows);
  return all;
}

async function countsOf(ledger: Ledger, id: string) {
  const batch = await ledger.readBatch(id);
  if (batch === undefined) throw new Error('No such batch');
  expect(isConserved(batch.counts)).toBe(true);
  return batch.counts;
}

/** As where every reply is lost once. */
function sendTwice(store: Store): Store {
  const run: Store['run'] = async (script, ...args) => {
    await store.run(script, ...args);
    return store.run(script, ...args);
  };
  return { ...store, run };
}

describe('recording a drop', () => {
  it('makes one batch of one key, also when asked by two processes at once', async () => {
    const { ledger, server } = createFixture();
    const other = connectFixture(server.url, server.prefix).ledger;
    const drop = buildDrop();
    const ledgers = [ledger, other, ledger, other, ledger, other];
    const recorded = await Promise.all(ledgers.map((each) => each.recordDrop(drop)));
    expect(new Set(recorded.map(({ id }) => id)).size).toBe(1);
    expect(recorded.filter(({ created }) => created)).toHaveLength(1);
    expect(await ledger.activeBatchIds()).toEqual([recorded[0]?.id]);
  });

  it('numbers batches with short ids and keeps the drop as it came', async () => {
    const { ledger } = createFixture();
    const drop = buildDrop({ text: 'prompt: 写一个标题 <&>' });
    const first = await ledger.recordDrop(drop);
    const second = await ledger.recordDrop(buildDrop());
    expect([first.id, second.id]).toEqual(['1', '2']);
    const batch = await ledger.readBatch('1');
    expect(batch).toMatchObject({ id: '1', state: 'reading', drop, language: 'en' });
    expect(batch?.startedMs).toBeUndefined();
    expect(await ledger.readBatch('3')).toBeUndefined();
  });

  it('rejects within 3 s while Redis does not answer', async () => {
    const { ledger } = connectFixture('redis://127.0.0.1:1', 'nowhere');
    await expect(ledger.recordDrop(buildDrop())).rejects.toThrow('has not answered');
  });
});

describe('reading', () => {
  it('leases nothing before the whole file was read', async () => {
    const { ledger } = createFixture();
    const { id } = await ledger.recordDrop(buildDrop());
    await writeRows(ledger, id, 60);
    expect(await ledger.lease('w1')).toBeUndefined();
    expect(await ledger.startRunning(id, buildPlan(60))).toBe(true);
    expect(await ledger.startRunning(id, buildPlan(60))).toBe(false);
    expect((await leaseOne(ledger)).rows).toHaveLength(50);
  });

  it('keeps the plan with the batch', async () => {
    const { ledger } = createFixture();
    const { id } = await ledger.recordDrop(buildDrop());
    await writeRows(ledger, id, 2);
    const plan = { ...buildPlan(2), textIgnored: true };
    await ledger.startRunning(id, plan);
    const batch = await ledger.readBatch(id);
    expect(batch).toMatchObject(plan);
    expect(batch?.startedMs).toBeGreaterThan(0);
  });

  it('does not start with a chunk missing', async () => {
    const { ledger } = createFixture();
    const { id } = await ledger.recordDrop(buildDrop());
    await writeRows(ledger, id, 50);
    await expect(ledger.startRunning(id, buildPlan(51))).rejects.toThrow('CHUNKS_MISSING');
    expect((await ledger.readBatch(id))?.state).toBe('reading');
  });

  it('refuses with a fault, removes the chunks and takes no more of them', async () => {
    const { ledger, server } = createFixture();
    const { id } = await ledger.recordDrop(buildDrop());
    await writeRows(ledger, id, 60);
    const fault = toFault('E_FILE_TOO_LARGE', { size: 300, limit: 200 });
    await ledger.refuse(id, fault);
    await ledger.writeChunk(id, 0, buildRows(1));
    expect(await ledger.startRunning(id, buildPlan(60))).toBe(false);
    const batch = await ledger.readBatch(id);
    expect(batch).toMatchObject({ state: 'refused', fault });
    expect(batch?.endedMs).toBeGreaterThan(0);
    expect((await server.keys()).filter((key) => key.endsWith(':chunks'))).toEqual([]);
    expect(await ledger.activeBatchIds()).toEqual([]);
  });

  it('discards without a fault', async () => {
    const { ledger } = createFixture();
    const { id } = await ledger.recordDrop(buildDrop());
    await ledger.discard(id);
    const batch = await ledger.readBatch(id);
    expect(batch?.state).toBe('refused');
    expect(batch?.fault).toBeUndefined();
  });

  it('gives a fingerprint to one batch until that has ended', async () => {
    const { ledger } = createFixture();
    const first = await startBatch(ledger, 1);
    const second = await startBatch(ledger, 1);
    expect(await ledger.claimFingerprint(first, 'same')).toBeUndefined();
    expect(await ledger.claimFingerprint(first, 'same')).toBeUndefined();
    expect(await ledger.claimFingerprint(second, 'same')).toBe(first);
    expect(await ledger.claimFingerprint(second, 'other')).toBeUndefined();
    await ledger.cancel(first, 'U1');
    expect(await ledger.claimFingerprint(second, 'same')).toBe(first);
    await ledger.end(first);
    expect(await ledger.claimFingerprint(second, 'same')).toBeUndefined();
  });
});

describe('leases', () => {
  it('never gives a chunk to two workers at once', async () => {
    const { ledger, server } = createFixture();
    const other = connectFixture(server.url, server.prefix).ledger;
    const id = await startBatch(ledger, 1000);
    const asked = Array.from({ length: 30 }, (_, turn) =>
      turn % 2 === 0 ? ledger.lease('a') : other.lease('b'),
    );
    const leases = (await Promise.all(asked)).filter((lease) => lease !== undefined);
    expect(leases).toHaveLength(20);
    expect(new Set(leases.map(({ chunk }) => chunk)).size).toBe(20);
    expect(await countsOf(ledger, id)).toMatchObject({ total: 1000, pending: 0, running: 1000 });
  });

  it('are of the batch with the fewest rows in flight', async () => {
    const { ledger } = createFixture();
    const large = await startBatch(ledger, 500);
    await leaseOne(ledger);
    await leaseOne(ledger);
    const small = await startBatch(ledger, 60);
    const order = [await leaseOne(ledger), await leaseOne(ledger), await leaseOne(ledger)];
    expect(order.map(({ batchId }) => batchId)).toEqual([small, small, large]);
  });

  it('are of the batch that was leased from longest ago where several have as few in flight', async () => {
    const { ledger } = createFixture();
    const ids = [await startBatch(ledger, 200), await startBatch(ledger, 200)];
    const order: (string | undefined)[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const lease = await ledger.lease('w1');
      order.push(lease?.batchId);
      if (lease !== undefined) await ledger.release(lease);
    }
    expect(order).toEqual([...ids, ...ids, ...ids]);
  });

  it('are of no batch that the worker leaves out, also if that leaves none', async () => {
    const { ledger } = createFixture();
    const [first, second] = [await startBatch(ledger, 60), await startBatch(ledger, 200)];
    expect((await ledger.lease('w1', [first]))?.batchId).toBe(second);
    expect((await ledger.lease('w1', [first]))?.batchId).toBe(second);
    expect((await ledger.lease('w1', [second]))?.batchId).toBe(first);
    expect(await ledger.lease('w1', [first, second])).toBeUndefined();
  });

  it('pass to the next holder when they expire, with the rows that have no outcome', async () => {
    const { ledger } = createFixture({ leaseMs: 50 });
    const id = await startBatch(ledger, 3);
    const dead = await leaseOne(ledger, 'dead');
    const [first, second, third] = dead.rows;
    if (first === undefined || second === undefined || third === undefined) throw new Error('rows');
    await ledger.commit(dead, first, buildDone(first));
    const heir = await vi.waitUntil(() => ledger.lease('heir'));
    expect(heir.rows).toEqual([second, third]);
    expect(heir.token).not.toBe(dead.token);
    expect(await ledger.commit(dead, second, buildDone(second, 'late'))).toBe('refused');
    expect(await countsOf(ledger, id)).toMatchObject({ running: 2, done: 1 });
    expect(await ledger.renew([dead])).toEqual(['lost']);
  });

  it('pass on also where the next holder has rows enough and leaves the batch out', async () => {
    const { ledger, store } = createFixture({ leaseMs: 50 });
    const id = await startBatch(ledger, 3);
    await leaseOne(ledger, 'dead');
    await vi.waitUntil(async () => {
      expect(await ledger.lease('sated', [id])).toBeUndefined();
      return (await countsOf(ledger, id)).pending === 3;
    });
    expect(await store.redis.ttl(store.keys.batch(id, 'pending'))).toBeGreaterThan(0);
  });

  it('go on after they have expired where nobody took the chunk', async () => {
    const { ledger, server } = createFixture({ leaseMs: 1 });
    const patient = connectFixture(server.url, server.prefix, { leaseMs: 60_000 }).ledger;
    await startBatch(ledger, 2);
    const lease = await leaseOne(ledger);
    expect(await patient.renew([lease])).toEqual(['held']);
    expect(await patient.lease('other')).toBeUndefined();
    await finishChunk(ledger, lease);
  });

  it('are given back with their rows, once', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 3);
    const lease = await leaseOne(ledger);
    const [first] = lease.rows;
    if (first === undefined) throw new Error('rows');
    await ledger.commit(lease, first, buildDone(first));
    await ledger.release(lease);
    await ledger.release(lease);
    expect(await countsOf(ledger, id)).toMatchObject({ pending: 2, running: 0, done: 1 });
    expect(await ledger.commit(lease, first, buildDone(first))).toBe('refused');
    expect((await leaseOne(ledger)).rows.map(({ index }) => index)).toEqual([1, 2]);
  });
});

describe('commits', () => {
  it('count once and keep the first outcome', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 2);
    const lease = await leaseOne(ledger);
    const [first] = lease.rows;
    if (first === undefined) throw new Error('rows');
    const both = [
      ledger.commit(lease, first, buildDone(first, 'the first')),
      ledger.commit(lease, first, buildDone(first, 'the second')),
    ];
    expect(await Promise.all(both)).toEqual(['committed', 'already']);
    expect(await ledger.commit(lease, first, buildFailed())).toBe('already');
    expect(await countsOf(ledger, id)).toMatchObject({ running: 1, done: 1, failed: 0 });
    const batch = await ledger.readBatch(id);
    expect(batch?.sums.promptTokens).toBe(100);
    expect(batch?.faultGroups).toEqual([]);
    const [result] = await readAll(ledger, id);
    expect(result?.outcome).toMatchObject({ fields: ['the first'] });
  });

  it('sum what rows cost and group what failed, with the first ten lines', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 14);
    const lease = await leaseOne(ledger);
    for (const row of lease.rows) {
      const done = { ...buildDone(row), animatedPictures: row.index };
      await ledger.commit(lease, row, row.index < 12 ? buildFailed() : done);
    }
    const batch = await ledger.readBatch(id);
    expect(batch?.sums).toEqual({
      promptTokens: 200,
      completionTokens: 40,
      cachedRows: 0,
      animatedPictures: 25,
      modelSeconds: 0.5,
    });
    const example = toFault('E_ROW_NO_IMAGE', { column: 'image_url' });
    const lines = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    const group = { code: 'E_ROW_NO_IMAGE', count: 12, lines, example };
    expect(batch?.faultGroups).toEqual([{ ...group, varied: false }]);
  });

  it('mark a cause whose faults name different things', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 2);
    const lease = await leaseOne(ledger);
    for (const row of lease.rows) {
      const fault = toFault('E_ROW_NO_IMAGE', { column: `column ${row.index}` });
      await ledger.commit(lease, row, { status: 'failed', fault });
    }
    expect((await ledger.readBatch(id))?.faultGroups).toMatchObject([{ count: 2, varied: true }]);
  });

  it('turn running into finishing with the last row, and end it once', async () => {
    const { ledger, announcements } = createFixture();
    const due: string[] = [];
    await announcements.on('due', (text) => due.push(text));
    const id = await startBatch(ledger, 51);
    await finishChunk(ledger, await leaseOne(ledger));
    expect((await ledger.readBatch(id))?.state).toBe('running');
    await finishChunk(ledger, await leaseOne(ledger));
    expect((await ledger.readBatch(id))?.state).toBe('finishing');
    await vi.waitFor(() => expect(due).toContain(`finish:${id}`));
    await ledger.end(id);
    const ended = await ledger.readBatch(id);
    await ledger.end(id);
    expect(await ledger.readBatch(id)).toEqual(ended);
    expect(ended?.state).toBe('done');
    expect(await ledger.activeBatchIds()).toEqual([]);
  });

  it('stay where they are while the rows of a batch do not add up', async () => {
    const { ledger, store } = createFixture();
    const id = await startBatch(ledger, 3);
    await finishChunk(ledger, await leaseOne(ledger));
    const record = store.keys.batch(id, 'record');
    const damages = [
      { running: -2, done: 5 },
      { pending: 1, done: 2 },
      { done: 4 },
      { cancelled: 1 },
    ];
    for (const damage of damages) {
      await store.redis.hset(record, { running: 0, pending: 0, done: 3, cancelled: 0, ...damage });
      await expect(ledger.end(id)).rejects.toThrow('do not add up');
      expect((await ledger.readBatch(id))?.state).toBe('finishing');
    }
    await store.redis.hset(record, { running: 0, pending: 0, done: 3, cancelled: 0 });
    await ledger.end(id);
    expect((await ledger.readBatch(id))?.state).toBe('done');
  });

  it('seal a complete chunk into one small field, which reads the same', async () => {
    const { ledger, store } = createFixture();
    const id = await startBatch(ledger, 70);
    const lease = await leaseOne(ledger);
    await finishChunk(ledger, lease);
    expect(await store.redis.hkeys(store.keys.batch(id, 'outcomes'))).toEqual(['c0']);
    const results = await readAll(ledger, id);
    expect(results.map(({ row }) => row)).toEqual(buildRows(70));
    expect(results.slice(0, 50).map(({ outcome }) => outcome)).toEqual(
      buildRows(50).map((row) => buildDone(row)),
    );
    expect(results.slice(50).every(({ outcome }) => outcome.status === 'cancelled')).toBe(true);
  });

  it('are not sealed before the chunk is complete', async () => {
    const { ledger, store } = createFixture();
    const id = await startBatch(ledger, 2);
    const lease = await leaseOne(ledger);
    const [first] = lease.rows;
    if (first === undefined) throw new Error('rows');
    await ledger.commit(lease, first, buildDone(first));
    const seal = readScript('seal', z.number());
    expect(await store.run(seal, id, 0, Buffer.from('packed'), 0, 1)).toBe(0);
    expect(await store.redis.hkeys(store.keys.batch(id, 'outcomes'))).toEqual(['0']);
  });

  it('are all there when the process died between the last commit and the seal', async () => {
    const { ledger, store } = createFixture({ leaseMs: 1 });
    const id = await startBatch(ledger, 2);
    const lease = await leaseOne(ledger);
    const dying: Store = {
      ...store,
      run: (script, ...args) =>
        script.source.includes('-- Swaps a chunk')
          ? Promise.reject(new Error('died before it'))
          : store.run(script, ...args),
    };
    for (const row of lease.rows) {
      expect(await commit(dying, { lease, row, outcome: buildDone(row) })).toBe('committed');
    }
    expect(await store.redis.hlen(store.keys.batch(id, 'outcomes'))).toBe(2);
    expect((await ledger.readBatch(id))?.state).toBe('finishing');
    expect((await readAll(ledger, id)).map(({ outcome }) => outcome.status)).toEqual([
      'done',
      'done',
    ]);
  });
});

describe('cancelling', () => {
  it('cancels every row without an outcome and refuses what is still under way', async () => {
    const { ledger, server } = createFixture();
    const other = connectFixture(server.url, server.prefix).ledger;
    const heard: string[] = [];
    other.onCancelled((id) => heard.push(id));
    const id = await startBatch(ledger, 120);
    const lease = await leaseOne(ledger);
    const [first, second] = lease.rows;
    if (first === undefined || second === undefined) throw new Error('rows');
    await ledger.commit(lease, first, buildDone(first));
    expect(await other.cancel(id, 'U9')).toBe('cancelled');
    expect(await ledger.commit(lease, second, buildDone(second))).toBe('refused');
    expect(await ledger.renew([lease])).toEqual(['cancelled']);
    await ledger.release(lease);
    expect(await ledger.lease('w1')).toBeUndefined();
    const batch = await ledger.readBatch(id);
    expect(batch).toMatchObject({ state: 'finishing', cancelledBy: 'U9' });
    expect(await countsOf(ledger, id)).toMatchObject({ done: 1, cancelled: 119, pending: 0 });
    const statuses = (await readAll(ledger, id)).map(({ outcome }) => outcome.status);
    expect(statuses.filter((status) => status === 'cancelled')).toHaveLength(119);
    await ledger.end(id);
    expect((await ledger.readBatch(id))?.state).toBe('cancelled');
    await vi.waitFor(() => expect(heard).toEqual([id]));
  });

  it('ends a batch at once that is still being read', async () => {
    const { ledger } = createFixture();
    const { id } = await ledger.recordDrop(buildDrop());
    await writeRows(ledger, id, 3);
    expect(await ledger.cancel(id, 'U1')).toBe('cancelled');
    expect(await ledger.startRunning(id, buildPlan(3))).toBe(false);
    expect(await ledger.readBatch(id)).toMatchObject({ state: 'cancelled', cancelledBy: 'U1' });
    expect(await ledger.activeBatchIds()).toEqual([]);
  });

  it('answers for batches that are over or unknown', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 1);
    await finishChunk(ledger, await leaseOne(ledger));
    expect(await ledger.cancel(id, 'U1')).toBe('ended');
    expect((await ledger.readBatch(id))?.cancelledBy).toBeUndefined();
    expect(await ledger.cancel('999', 'U1')).toBe('unknown');
  });
});

describe('the endpoint', () => {
  it('pauses every running batch with the first reason, and resumes them', async () => {
    const { ledger, endpoint } = createFixture();
    const id = await startBatch(ledger, 100);
    const lease = await leaseOne(ledger);
    await endpoint.close('model-away');
    const closed = await endpoint.closed();
    await endpoint.close('model-misconfigured');
    expect(await endpoint.closed()).toEqual(closed);
    expect(closed?.reason).toBe('model-away');
    expect(await ledger.readBatch(id)).toMatchObject({ state: 'paused', pause: closed });
    expect(await ledger.lease('w1')).toBeUndefined();
    expect(await ledger.renew([lease])).toEqual(['paused']);
    const late = await startBatch(ledger, 1);
    expect(await ledger.readBatch(late)).toMatchObject({ state: 'paused', pause: closed });
    await endpoint.open();
    expect(await endpoint.closed()).toBeUndefined();
    const resumed = await ledger.readBatch(id);
    expect(resumed?.state).toBe('running');
    expect(resumed?.pause).toBeUndefined();
    expect(await ledger.renew([lease])).toEqual(['held']);
    expect((await leaseOne(ledger)).batchId).toBe(late);
  });

  it('lets a paused batch finish with the rows that were under way', async () => {
    const { ledger, endpoint } = createFixture();
    const id = await startBatch(ledger, 2);
    const lease = await leaseOne(ledger);
    await endpoint.close('model-away');
    await finishChunk(ledger, lease);
    const batch = await ledger.readBatch(id);
    expect(batch?.state).toBe('finishing');
    expect(batch?.pause).toBeUndefined();
    await endpoint.open();
    expect((await ledger.readBatch(id))?.state).toBe('finishing');
  });
});

describe('a command that is sent again because its reply was lost', () => {
  it('is answered as the first time, and a later one as it is then', async () => {
    const { store, announcements, ledger: once } = createFixture();
    const twice = createLedger({ store: sendTwice(store), announcements });
    const { id } = await twice.recordDrop(buildDrop());
    await writeRows(once, id, 3);
    expect(await twice.startRunning(id, buildPlan(3))).toBe(true);
    expect(await once.startRunning(id, buildPlan(3))).toBe(false);
    expect(await twice.pause(id, 'U1')).toBe('paused');
    expect(await twice.resume(id)).toBe('resumed');
    expect(await once.resume(id)).toBe('running');
    expect(await twice.cancel(id, 'U1')).toBe('cancelled');
    expect(await once.cancel(id, 'U2')).toBe('ended');
    await twice.end(id);
    expect((await once.readBatch(id))?.counts).toMatchObject({ total: 3, cancelled: 3 });
  });

  it('refuses a batch as the first time', async () => {
    const { store, announcements, ledger: once } = createFixture();
    const twice = createLedger({ store: sendTwice(store), announcements });
    const { id } = await twice.recordDrop(buildDrop());
    expect(await twice.refuse(id, { code: 'E_CSV_EMPTY', params: {} })).toBe(true);
    const { id: stopped } = await once.recordDrop(buildDrop());
    await once.cancel(stopped, 'U1');
    expect(await twice.refuse(stopped, { code: 'E_CSV_EMPTY', params: {} })).toBe(false);
  });
});

describe('looking up', () => {
  it('lists newest first by channel, person, thread and what is active', async () => {
    const { ledger } = createFixture();
    const ids: string[] = [];
    for (const change of [{ channel: 'C1' }, { channel: 'C2' }, { channel: 'C1', user: 'U2' }]) {
      ids.push(await startBatch(ledger, 1, buildDrop(change)));
    }
    await ledger.recordDrop(buildDrop({ team: 'T2', channel: 'C1' }));
    const list = async (query: object): Promise<string[]> =>
      (await ledger.listBatches({ team: 'T1', limit: 10, ...query })).map(({ id }) => id);
    expect(await list({})).toEqual(ids.toReversed());
    expect(await list({ channel: 'C1' })).toEqual([ids[2], ids[0]]);
    expect(await list({ channel: 'C1', user: 'U1' })).toEqual([ids[0]]);
    expect(await list({ limit: 1 })).toEqual([ids[2]]);
    const threadTs = (await ledger.readBatch('2'))?.drop.threadTs;
    expect(await list({ channel: 'C2', threadTs })).toEqual(['2']);
    await ledger.cancel('3', 'U2');
    await ledger.end('3');
    expect(await list({ activeOnly: true })).toEqual(['2', '1']);
  });

  it('tells other processes about changed states', async () => {
    const { ledger, server } = createFixture();
    const other = connectFixture(server.url, server.prefix).ledger;
    const heard: string[] = [];
    other.onChanged((id) => heard.push(id));
    // Subscribing is under way: whoever listens also looks, and so does this test.
    await vi.waitFor(async () => {
      await ledger.setLanguage((await ledger.recordDrop(buildDrop())).id, 'zh');
      expect(heard.length).toBeGreaterThan(0);
    });
    expect((await ledger.readBatch('1'))?.language).toBe('zh');
  });

  it('remembers the model and the last rate', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 1);
    await ledger.setModel(id, 'Qwen/Qwen3-VL-4B-Instruct-FP8');
    await ledger.setModel('77', 'nothing');
    expect((await ledger.readBatch(id))?.model).toBe('Qwen/Qwen3-VL-4B-Instruct-FP8');
    expect(await ledger.readBatch('77')).toBeUndefined();
    expect(await ledger.lastRate()).toBeUndefined();
    await ledger.setLastRate(3.5);
    expect(await ledger.lastRate()).toBe(3.5);
  });
});

describe('what stays in Redis', () => {
  it('is a fixed number of keys, each with a time to live', async () => {
    const { ledger, server, endpoint } = createFixture();
    const id = await startBatch(ledger, 180);
    await ledger.claimFingerprint(id, 'print');
    const lease = await leaseOne(ledger);
    for (const row of lease.rows) {
      await ledger.commit(lease, row, row.index === 7 ? buildFailed() : buildDone(row));
    }
    await leaseOne(ledger);
    await endpoint.close('model-away');
    const batchKeys = (await server.keys()).filter((key) => key.includes(':batch:'));
    expect(batchKeys).toHaveLength(7);
    const forEver = (await server.keysWithoutExpiry()).map((key) => key.replace(/^.*:/, ''));
    expect(forEver).toEqual(['active', 'endpoint', 'ids', 'unsettled']);
  });

  it('is under 500 bytes a row for rows such as a shop has', async () => {
    const { ledger, store } = createFixture();
    const { id } = await ledger.recordDrop(buildDrop());
    const count = 1000;
    const rows = buildRows(count).map((row) => ({
      ...row,
      cells: [...row.cells, `Stoneware, hand glazed, ${row.index % 17} cm, dishwasher safe`],
    }));
    for (let first = 0; first < count; first += 50) {
      await ledger.writeChunk(id, first / 50, rows.slice(first, first + 50));
    }
    await ledger.startRunning(id, buildPlan(count));
    for (let chunk = 0; chunk < count / 50; chunk += 1) {
      const lease = await leaseOne(ledger);
      const words = 'mug glaze warm hand kitchen light blue round gift stone'.split(' ');
      await Promise.all(
        lease.rows.map((row) => {
          // Words in an order of their own, as a model would write them.
          const text = Array.from(
            { length: 90 },
            (_, place) => words[(row.index * 7919 + place * place * 31) % words.length],
          );
          return ledger.commit(lease, row, buildDone(row, text.join(' ')));
        }),
      );
    }
    const sizes = await Promise.all(
      (['record', 'chunks', 'outcomes', 'pending', 'tokens', 'faults', 'leases'] as const).map(
        (part) => store.redis.memory('USAGE', store.keys.batch(id, part), 'SAMPLES', 0),
      ),
    );
    const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    expect(bytes / count).toBeLessThan(500);
  });
});
