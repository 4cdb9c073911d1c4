import { describe, expect, it } from 'vitest';
import type { Lease } from '../../src/batch/lease.ts';
import type { Row } from '../../src/batch/row.ts';
import { toFault } from '../../src/errors.ts';
import type { Ledger } from '../../src/queue/ledger.ts';
import { buildDone, createFixture, startBatch, type QueueFixture } from './queue-fixture.ts';

/** The lease ends as if its holder had died. */
async function loseHolder({ store }: QueueFixture, lease: Lease): Promise<void> {
  await store.redis.zadd(store.keys.batch(lease.batchId, 'leases'), 'XX', 0, lease.chunk);
}

/** One life of a worker that dies at a row it was given, or on its own when told so; false when it has died. */
async function live(
  fixture: QueueFixture,
  { isDeadly }: { readonly isDeadly: (row: Row) => boolean },
): Promise<boolean> {
  const { ledger } = fixture;
  for (let lease = await ledger.lease('w'); lease !== undefined; lease = await ledger.lease('w')) {
    for (const row of lease.rows) {
      if (lease.caution !== undefined) await ledger.noteStart(lease, row);
      if (row.fault === undefined && isDeadly(row)) {
        await loseHolder(fixture, lease);
        return false;
      }
      const outcome =
        row.fault === undefined
          ? buildDone(row)
          : ({ status: 'failed', fault: row.fault } as const);
      expect(await ledger.commit(lease, row, outcome)).toBe('committed');
    }
    await ledger.release(lease);
  }
  return true;
}

async function leaseOf(ledger: Ledger): Promise<Lease & { readonly first: Row }> {
  const lease = await ledger.lease('w');
  const first = lease?.rows[0];
  if (lease === undefined || first === undefined) throw new Error('there is nothing to lease');
  return { ...lease, first };
}

async function readStatuses(ledger: Ledger, id: string): Promise<readonly string[]> {
  const statuses: string[] = [];
  for await (const chunk of ledger.readResults(id)) {
    for (const { outcome } of chunk) {
      statuses.push(outcome.status === 'failed' ? outcome.fault.code : outcome.status);
    }
  }
  return statuses;
}

describe('a row that kills its worker', () => {
  it('fails alone after five deaths, and its neighbours are done', async () => {
    const fixture = createFixture();
    const id = await startBatch(fixture.ledger, 120);
    let deaths = 0;
    while (!(await live(fixture, { isDeadly: ({ index }) => index === 57 }))) deaths += 1;
    expect(deaths).toBe(5);
    const expected = Array.from({ length: 120 }, () => 'done');
    expected[57] = 'E_ROW_CRASHED_WORKER';
    expect(await readStatuses(fixture.ledger, id)).toEqual(expected);
    expect((await fixture.ledger.readBatch(id))?.state).toBe('finishing');
  });

  it('is found beside others of the same kind, in the same chunk and in another', async () => {
    const fixture = createFixture();
    const id = await startBatch(fixture.ledger, 100);
    const deadly = new Set([3, 4, 70]);
    let deaths = 0;
    while (!(await live(fixture, { isDeadly: ({ index }) => deadly.has(index) }))) deaths += 1;
    expect(deaths).toBeLessThanOrEqual(15);
    const statuses = await readStatuses(fixture.ledger, id);
    expect([...statuses.keys()].filter((index) => statuses[index] !== 'done')).toEqual([3, 4, 70]);
  });

  it('is looked for row by row only after two deaths, and alone in its process after the third', async () => {
    const fixture = createFixture();
    const { ledger } = fixture;
    await startBatch(ledger, 60);
    const told: unknown[] = [];
    for (let death = 0; death < 6; death += 1) {
      const lease = await ledger.lease('w');
      if (lease === undefined) throw new Error('there is nothing to lease');
      const [first] = lease.rows;
      told.push([lease.rows.length, first?.fault?.code ?? lease.caution]);
      if (first !== undefined && lease.caution !== undefined) await ledger.noteStart(lease, first);
      await loseHolder(fixture, lease);
    }
    expect(told).toEqual([
      [50, undefined],
      [50, undefined],
      [1, 'watched'],
      [1, 'solitary'],
      [1, 'solitary'],
      [1, 'E_ROW_CRASHED_WORKER'],
    ]);
  });

  it('is none that was given back, or that had not been begun when its holder died', async () => {
    const fixture = createFixture();
    const { ledger } = fixture;
    await startBatch(ledger, 60);
    for (let death = 0; death < 20; death += 1) {
      const lease = await ledger.lease('w');
      if (lease === undefined) throw new Error('there is nothing to lease');
      expect(lease.rows[0]?.fault).toBeUndefined();
      expect(lease.caution).not.toBe('solitary');
      const [first] = lease.rows;
      if (death % 2 === 1) await loseHolder(fixture, lease);
      else {
        if (first !== undefined && lease.caution !== undefined)
          await ledger.noteStart(lease, first);
        await ledger.release(lease);
      }
    }
  });

  it('is not noted by a worker that has lost its lease', async () => {
    const fixture = createFixture();
    const { ledger } = fixture;
    await startBatch(ledger, 10);
    const lease = await ledger.lease('w');
    if (lease?.rows[0] === undefined) throw new Error('there is nothing to lease');
    await loseHolder(fixture, lease);
    await ledger.lease('other');
    expect(await ledger.noteStart(lease, lease.rows[0])).toBe(false);
  });

  it('leaves the other chunks of its worker trusted once it is found', async () => {
    const fixture = createFixture();
    const { ledger } = fixture;
    await startBatch(ledger, 100);
    // Both chunks are held whenever the worker dies.
    for (let death = 0; death < 5; death += 1) {
      const held = [await leaseOf(ledger), await leaseOf(ledger)];
      for (const lease of held) {
        const isBegun = lease.chunk === 0 && lease.caution !== undefined;
        if (isBegun) await ledger.noteStart(lease, lease.first);
        await loseHolder(fixture, lease);
      }
    }
    const found = await leaseOf(ledger);
    const fault = found.first.fault ?? toFault('E_REDIS_FULL', {});
    expect(fault.code).toBe('E_ROW_CRASHED_WORKER');
    await ledger.commit(found, found.first, { status: 'failed', fault });
    await ledger.release(found);
    expect((await ledger.lease('w'))?.rows).toHaveLength(49);
    expect((await ledger.lease('w'))?.rows).toHaveLength(50);
  });
});
