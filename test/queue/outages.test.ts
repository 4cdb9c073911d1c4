// What becomes of batches and operators while no model server can be used, on a real Redis and its time.

import { describe, expect, it } from 'vitest';
import { createOutages, type Outages } from '../../src/queue/outages.ts';
import { until } from '../support/until.ts';
import { buildDone, createFixture, startBatch, type QueueFixture } from './queue-fixture.ts';

interface Outage extends QueueFixture {
  readonly outages: Outages;
  /** Another process. */
  readonly others: Outages;
}

function createOutage(): Outage {
  const fixture = createFixture();
  return {
    ...fixture,
    outages: createOutages(fixture.store),
    others: createOutages(fixture.store),
  };
}

const always = 0;
const never = 3_600_000;
const told = { quietMs: 0, heldMs: 60_000 };

/** A batch with so many rows, of which the first is done. */
async function startBegun({ ledger }: QueueFixture, rows: number): Promise<string> {
  const id = await startBatch(ledger, rows);
  const lease = await ledger.lease('w');
  const [first] = lease?.rows ?? [];
  if (lease === undefined || first === undefined) throw new Error('nothing was leased');
  await ledger.commit(lease, first, buildDone(first));
  await ledger.release(lease);
  return id;
}

describe('a batch that waits for a model server', () => {
  it('ends after so long with what it has, and says why', async () => {
    const fixture = createOutage();
    const { ledger, endpoint, outages } = fixture;
    const id = await startBegun(fixture, 3);
    await endpoint.close('model-away');
    expect(await outages.endWaiting(never)).toEqual([]);
    expect((await ledger.readBatch(id))?.state).toBe('paused');
    expect(await outages.endWaiting(always)).toEqual([id]);
    expect(await ledger.readBatch(id)).toMatchObject({
      state: 'finishing',
      fault: { code: 'E_MODEL_UNAVAILABLE' },
      counts: { total: 3, done: 1, cancelled: 2, pending: 0, running: 0 },
    });
    expect(await outages.endWaiting(always)).toEqual([]);
    await endpoint.open();
    await ledger.end(id);
    expect((await ledger.readBatch(id))?.state).toBe('cancelled');
  });

  it('ends in its time where very many wait, a few at a time, so that Redis answers others meanwhile', async () => {
    const { ledger, endpoint, outages } = createOutage();
    for (let batch = 0; batch < 25; batch += 1) await startBatch(ledger, 1);
    await endpoint.close('model-away');
    const first = await outages.endWaiting(always);
    const second = await outages.endWaiting(always);
    expect([first.length, second.length]).toEqual([20, 5]);
    expect(new Set([...first, ...second]).size).toBe(25);
  });

  it('is told to the workers that still ask for it', async () => {
    const fixture = createOutage();
    const { ledger, endpoint, outages } = fixture;
    const id = await startBatch(ledger, 3);
    const lease = await ledger.lease('w');
    if (lease === undefined) throw new Error('nothing was leased');
    const cancelled: string[] = [];
    ledger.onCancelled((batch) => cancelled.push(batch));
    await endpoint.close('model-away');
    await until('the end is heard of', () => {
      void outages.endWaiting(always);
      return cancelled.includes(id);
    });
    expect(await ledger.renew([lease])).toEqual(['lost']);
    for (const row of lease.rows) {
      expect(await ledger.commit(lease, row, buildDone(row))).toBe('refused');
    }
  });

  it('is told from one that waits for a person or an operator', async () => {
    const { ledger, endpoint, outages } = createOutage();
    const id = await startBatch(ledger, 3);
    await ledger.pause(id, 'U1');
    await endpoint.close('model-away');
    expect(await outages.endWaiting(always)).toEqual([]);
    expect(await outages.findWaiting(always)).toEqual([]);
    expect((await ledger.readBatch(id))?.state).toBe('paused');
  });

  it('counts its own waiting, and not the outage before it', async () => {
    const { ledger, endpoint, outages, store } = createOutage();
    await endpoint.close('model-away');
    await store.redis.hincrby(store.keys.shared('endpoint'), 'sinceMs', -2 * never);
    const id = await startBatch(ledger, 3);
    const batch = await ledger.readBatch(id);
    expect(batch?.pause?.reason).toBe('model-away');
    expect(await outages.endWaiting(never)).toEqual([]);
  });

  it('is found once an outage for its results so far, where it has any', async () => {
    const fixture = createOutage();
    const { ledger, endpoint, outages, others } = fixture;
    const id = await startBegun(fixture, 3);
    await endpoint.close('model-away');
    await startBatch(ledger, 3);
    expect(await outages.findWaiting(never)).toEqual([]);
    expect(await outages.findWaiting(always)).toEqual([id]);
    expect(await others.findWaiting(always)).toEqual([id]);
    const { pause } = (await ledger.readBatch(id)) ?? {};
    await outages.noteSoFar(id, pause?.sinceMs ?? 0);
    expect(await others.findWaiting(always)).toEqual([]);
    await endpoint.open();
    expect(await outages.findWaiting(always)).toEqual([]);
    // Two outages do not begin in one millisecond.
    await fixture.store.redis.hincrby(fixture.store.keys.batch(id, 'record'), 'soFarMs', -1);
    await endpoint.close('model-away');
    expect(await outages.findWaiting(always)).toEqual([id]);
  });
});

describe('the operators', () => {
  it('are told by one process that an outage began, and by one that it is over', async () => {
    const fixture = createOutage();
    const { ledger, endpoint, outages, others } = fixture;
    await startBegun(fixture, 3);
    await startBatch(ledger, 2);
    await endpoint.close('model-away');
    expect(await outages.claimNews({ ...told, quietMs: never })).toBeUndefined();
    const claims = await Promise.all([outages.claimNews(told), others.claimNews(told)]);
    const [began, ...more] = claims.filter((news) => news !== undefined);
    expect(more).toEqual([]);
    expect(began).toMatchObject({ kind: 'began', reason: 'model-away', batches: 2, rows: 4 });
    if (began !== undefined) await outages.confirmNews(began);
    expect(await others.claimNews(told)).toBeUndefined();

    await endpoint.open();
    const ended = await others.claimNews(told);
    expect(ended).toMatchObject({ kind: 'ended', sinceMs: began?.sinceMs });
    expect(ended?.untilMs).toBeGreaterThanOrEqual(ended?.sinceMs ?? Infinity);
    expect(await outages.claimNews(told)).toBeUndefined();
    if (ended !== undefined) await others.confirmNews(ended);
    expect(await outages.claimNews(told)).toBeUndefined();
  });

  it('are told by another process where the first one has died with the news', async () => {
    const { endpoint, outages, others } = createOutage();
    await endpoint.close('model-away');
    expect(await outages.claimNews({ quietMs: 0, heldMs: 0 })).toMatchObject({ kind: 'began' });
    expect(await others.claimNews(told)).toMatchObject({ kind: 'began' });
  });

  it('are not told of an outage that was over before it was worth telling', async () => {
    const { endpoint, outages } = createOutage();
    await endpoint.close('model-away');
    await endpoint.open();
    expect(await outages.claimNews(told)).toBeUndefined();
  });

  it('are told of the end of one outage before the beginning of the next', async () => {
    const { endpoint, outages, store } = createOutage();
    await endpoint.close('model-away');
    const first = await outages.claimNews(told);
    if (first !== undefined) await outages.confirmNews(first);
    await endpoint.open();
    await endpoint.close('model-misconfigured');
    // Two outages do not begin in one millisecond.
    await store.redis.hincrby(store.keys.shared('endpoint'), 'sinceMs', -1000);
    const second = await outages.claimNews(told);
    expect(second).toMatchObject({ kind: 'ended', reason: 'model-away' });
    if (second !== undefined) await outages.confirmNews(second);
    expect(await outages.claimNews(told)).toMatchObject({
      kind: 'began',
      reason: 'model-misconfigured',
    });
  });
});
