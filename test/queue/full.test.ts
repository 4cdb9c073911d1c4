import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { startRedis } from '../../src/sandbox/redis/redis-server.ts';
import {
  buildDone,
  buildDrop,
  buildPlan,
  buildRows,
  connectFixture,
  startBatch,
} from './queue-fixture.ts';

it('a batch that fills Redis is refused and gives back what it took, and others go on', async () => {
  const server = await startRedis({ args: ['--maxmemory', '16mb'] });
  onTestFinished(() => server.stop());
  const { ledger, store } = connectFixture(server.url, 'full');
  const { id: other } = await ledger.recordDrop(buildDrop());
  await ledger.writeChunk(other, 0, buildRows(1));
  const { id } = await ledger.recordDrop(buildDrop());
  const rows = buildRows(50).map((row) => ({
    ...row,
    cells: [randomBytes(10_000).toString('base64')],
  }));
  const fill = async (): Promise<void> => {
    for (let chunk = 0; chunk < 100; chunk += 1) await ledger.writeChunk(id, chunk, rows);
  };
  await expect(fill()).rejects.toThrow(UserError);
  await expect(fill()).rejects.toThrow('the store is nearly full');

  await ledger.refuse(id, { code: 'E_REDIS_FULL', params: {} });
  expect(await ledger.readBatch(id)).toMatchObject({
    state: 'refused',
    fault: { code: 'E_REDIS_FULL' },
  });
  expect(await store.redis.exists(store.keys.batch(id, 'chunks'))).toBe(0);
  expect(await ledger.startRunning(other, buildPlan(1))).toBe(true);
  expect(await ledger.lease('w')).toMatchObject({ batchId: other });
});

it('rows are not taken from the living right after Redis took no writes', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const { ledger, store } = connectFixture(server.url, 'refusing', { leaseMs: 500 });
  const other = connectFixture(server.url, 'refusing', { leaseMs: 500 }).ledger;
  await startBatch(ledger, 1);
  const held = await ledger.lease('w');
  if (held === undefined) throw new Error('nothing was leased');
  const takeWrites = (takes: boolean): Promise<unknown> =>
    store.redis.config('SET', 'min-replicas-to-write', takes ? '0' : '1');
  await takeWrites(false);
  // When the lease has expired, taking it back is what is refused.
  await vi.waitUntil(
    () =>
      other.lease('other').then(
        () => false,
        () => true,
      ),
    5000,
  );
  // It goes on to find that out, although it asks for nothing that would be written now.
  await expect(other.lease('other')).rejects.toThrow('NOREPLICAS');
  await takeWrites(true);
  expect(await other.lease('other')).toBeUndefined();
  expect(await ledger.renew([held])).toEqual(['held']);
  const [row] = held.rows;
  if (row === undefined) throw new Error('it has no row');
  expect(await ledger.commit(held, row, buildDone(row))).toBe('committed');
});
