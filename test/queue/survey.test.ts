import { describe, expect, it } from 'vitest';
import type { BatchGroup, SurveyReading } from '../../src/batch/readings.ts';
import { readSurvey } from '../../src/queue/survey.ts';
import { buildDone, buildDrop, createFixture, startBatch } from './queue-fixture.ts';

function find({ groups }: SurveyReading, state: string, reason = ''): BatchGroup | undefined {
  return groups.find((group) => group.state === state && group.reason === reason);
}

describe('a survey', () => {
  it('of nothing finds nothing', async () => {
    const { store } = createFixture();
    const { memory, ...rest } = await readSurvey(store);
    expect(rest).toEqual({ groups: [], leasesExpired: 0, rowsCancelled: 0, failedChecks: 0 });
    expect(memory.usedBytes).toBeGreaterThan(100_000);
  });

  it('sums batches, rows that wait and rows that workers hold, by state and reason', async () => {
    const { ledger, store } = createFixture();
    await startBatch(ledger, 70);
    await startBatch(ledger, 130);
    const paused = await startBatch(ledger, 20);
    await ledger.pause(paused, 'U1');
    await ledger.recordDrop(buildDrop());
    await ledger.lease('worker');
    const survey = await readSurvey(store);
    expect(find(survey, 'running')).toMatchObject({ batches: 2, pendingRows: 150, leasedRows: 50 });
    expect(find(survey, 'paused', 'person')).toMatchObject({ batches: 1, pendingRows: 20 });
    expect(find(survey, 'reading')).toMatchObject({ batches: 1, pendingRows: 0, leasedRows: 0 });
  });

  it('tells how long the rows wait that have waited longest, and nothing of rows that are held', async () => {
    const { ledger, store } = createFixture();
    const old = await startBatch(ledger, 60);
    await startBatch(ledger, 60);
    const record = store.keys.batch(old, 'record');
    await store.redis.hincrby(record, 'startedMs', -3_600_000);
    const age = async () => find(await readSurvey(store), 'running')?.longestWaitSeconds;
    expect(await age()).toBeGreaterThanOrEqual(3600);
    await store.redis.hincrby(record, 'pending', -60);
    await store.redis.hincrby(record, 'running', 60);
    expect(await age()).toBeLessThan(600);
  });

  it('tells since when results wait that are not delivered', async () => {
    const { ledger, store } = createFixture();
    const id = await startBatch(ledger, 1);
    await store.redis.hincrby(store.keys.batch(id, 'record'), 'startedMs', -3_600_000);
    const lease = await ledger.lease('worker');
    const [row] = lease?.rows ?? [];
    if (lease === undefined || row === undefined) throw new Error('nothing was leased');
    await ledger.commit(lease, row, buildDone(row));
    expect(find(await readSurvey(store), 'finishing')).toMatchObject({ batches: 1 });
    expect(find(await readSurvey(store), 'finishing')?.longestWaitSeconds).toBeLessThan(600);
    await store.redis.hincrby(store.keys.batch(id, 'record'), 'finishingMs', -900_000);
    expect(find(await readSurvey(store), 'finishing')?.longestWaitSeconds).toBeGreaterThan(899);
    await ledger.end(id);
    expect((await readSurvey(store)).groups).toEqual([]);
  });

  it('counts leases that were taken back, and rows that were cancelled', async () => {
    const { ledger, store, server } = createFixture({ leaseMs: 1 });
    const id = await startBatch(ledger, 120);
    await ledger.lease('dies');
    const takeBack = async (): Promise<number> => {
      await ledger.lease('lives');
      return (await readSurvey(store)).leasesExpired;
    };
    await expect.poll(takeBack).toBeGreaterThan(0);
    await ledger.cancel(id, 'U1');
    expect((await readSurvey(store)).rowsCancelled).toBe(120);
    expect(await server.keysWithoutExpiry()).not.toContain(store.keys.shared('tallies'));
  });
});
