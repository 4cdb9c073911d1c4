import { describe, expect, it, onTestFinished } from 'vitest';
import { createLedger, type Ledger } from '../../src/queue/ledger.ts';
import { createSteps } from '../../src/queue/steps.ts';
import { createStore } from '../../src/queue/store.ts';
import { createThreadMemory } from '../../src/queue/thread-memory.ts';
import {
  buildDone,
  buildDrop,
  buildPlan,
  createFixture,
  writeRows,
  type QueueFixture,
} from './queue-fixture.ts';

interface Upload {
  readonly stage?: string;
}

/** A batch that went all the way, with everything that is remembered about it. */
async function runBatch({ ledger, store }: QueueFixture): Promise<string> {
  const memory = createThreadMemory<{ progressTs?: string }, Upload>({ store });
  const { id } = await ledger.recordDrop(buildDrop());
  await memory.open(id);
  await ledger.claimFingerprint(id, 'print');
  await ledger.chargeRows(id, 60, 1000);
  await writeRows(ledger, id, 60);
  await ledger.startRunning(id, buildPlan(60), { batchesPerPerson: 2 });
  await commitAll(ledger);
  await memory.claimSpeaker(id, 8000);
  await memory.writeThread(id, { progressTs: '1.1' });
  await memory.writeUpload(id, { stage: 'completed' });
  await memory.spendEdit();
  await memory.claimOnce(`said:${id}`);
  await ledger.setLastRate(2);
  return id;
}

async function commitAll(ledger: Ledger): Promise<void> {
  for (let lease = await ledger.lease('w'); lease !== undefined; lease = await ledger.lease('w')) {
    for (const row of lease.rows) await ledger.commit(lease, row, buildDone(row));
  }
}

async function keysOf({ store }: QueueFixture): Promise<readonly string[]> {
  return (await store.redis.keys(`${store.keys.prefix}:*`)).toSorted();
}

describe('what is kept of a batch', () => {
  it('has a time to live, every key of it, at work and after its end', async () => {
    const fixture = createFixture();
    const { ledger, store } = fixture;
    const id = await runBatch(fixture);
    /** Which batches are at work and what number comes next: nothing of what is in one. */
    const lasting = new Set(
      ['active', 'unsettled', 'ids'].map((name) => `${store.keys.prefix}:${name}`),
    );
    const withoutTtl = async (): Promise<readonly string[]> => {
      const keys = await keysOf(fixture);
      const ttls = await Promise.all(keys.map((key) => store.redis.ttl(key)));
      return keys.filter((key, position) => ttls[position] === -1 && !lasting.has(key));
    };
    expect((await keysOf(fixture)).length).toBeGreaterThan(10);
    expect(await withoutTtl()).toEqual([]);
    await ledger.end(id);
    await store.redis.srem(store.keys.shared('unsettled'), id);
    expect(await withoutTtl()).toEqual([]);
    expect(await store.redis.exists(store.keys.shared('active'))).toBe(0);
  });
});

describe('a batch that waits', () => {
  it('is kept for as long as it waits, with everything that belongs to it, and then no longer', async () => {
    const fixture = createFixture();
    const { redis, server, announcements } = fixture;
    const store = createStore({ redis, prefix: server.prefix, retentionSeconds: 100 });
    const ledger = createLedger({ store, announcements });
    const steps = createSteps({ redis, store, announcements });
    onTestFinished(() => steps.close());
    const { id } = await ledger.recordDrop(buildDrop());
    await ledger.claimFingerprint(id, 'print');
    await writeRows(ledger, id, 60);
    await ledger.startRunning(id, buildPlan(60), { needsApproval: true });
    const { id: ended } = await ledger.recordDrop(buildDrop());
    await ledger.cancel(ended, 'U1');

    const prefix = `${store.keys.prefix}:`;
    const keys = [...(await keysOf(fixture))].filter(
      (key) => key.includes(':batch:') || key.includes('fingerprint'),
    );
    for (const key of keys) await store.redis.expire(key, 50);
    await steps.sweep();
    const ttls = await Promise.all(
      keys.map(async (key) => [key.slice(prefix.length), await store.redis.ttl(key)] as const),
    );
    const kept = ttls.filter(([, ttl]) => ttl > 90).map(([key]) => key);
    expect(kept).toEqual([
      `batch:${id}:chunks`,
      `batch:${id}:pending`,
      `batch:${id}:record`,
      'fingerprint:print',
    ]);
    expect(ttls.filter(([, ttl]) => ttl <= 50).map(([key]) => key)).toEqual([
      `batch:${ended}:record`,
    ]);
  });
});

describe('purging a batch', () => {
  it('leaves nothing that holds what was in it, and its message starts no other', async () => {
    const fixture = createFixture();
    const { ledger, store } = fixture;
    const id = await runBatch(fixture);
    const drop = (await ledger.readBatch(id))?.drop ?? buildDrop();
    await ledger.end(id);
    expect(await ledger.purge(id)).toBe('purged');
    const left = (await keysOf(fixture)).map((key) => key.slice(store.keys.prefix.length + 1));
    const harmless = /^(ids|rate|edits|once:said:\d+|rows:T1:U1:\d+)$/;
    expect(left.filter((key) => !harmless.test(key))).toEqual([`once:drop:${drop.key}`]);
    expect(await ledger.readBatch(id)).toBeUndefined();
    expect(await ledger.listBatches({ team: 'T1', limit: 10 })).toEqual([]);
    expect(await ledger.purge(id)).toBe('unknown');
    expect(await ledger.recordDrop(drop)).toEqual({ id, created: false });
    expect(await ledger.knowsDrop(drop.key)).toBe(true);
    expect(await ledger.readBatch(id)).toBeUndefined();
    await store.redis.del(store.keys.shared(`once:drop:${drop.key}`));
    expect(await ledger.knowsDrop(drop.key)).toBe(false);
  });

  it('does not touch a batch that has not ended', async () => {
    const { ledger } = createFixture();
    const { id } = await ledger.recordDrop(buildDrop());
    expect(await ledger.purge(id)).toBe('active');
    await writeRows(ledger, id, 3);
    await ledger.startRunning(id, buildPlan(3));
    expect(await ledger.purge(id)).toBe('active');
    expect(await ledger.lease('w')).toBeDefined();
    await ledger.cancel(id, 'U1');
    expect(await ledger.purge(id)).toBe('active');
  });

  it('lets the claims of another batch stand', async () => {
    const { ledger } = createFixture();
    const drop = buildDrop();
    const { id: old } = await ledger.recordDrop(drop);
    await ledger.claimFingerprint(old, 'same');
    await ledger.cancel(old, 'U1');
    const { id } = await ledger.recordDrop(buildDrop());
    await ledger.claimFingerprint(id, 'same');
    expect(await ledger.purge(old)).toBe('purged');
    const { id: third } = await ledger.recordDrop(buildDrop());
    expect(await ledger.claimFingerprint(third, 'same')).toBe(id);
  });
});
