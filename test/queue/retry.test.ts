import { describe, expect, it } from 'vitest';
import { isConserved, type Drop } from '../../src/batch/batch.ts';
import type { Row } from '../../src/batch/row.ts';
import type { SortedFile } from '../../src/batch/spooled-file.ts';
import { fail, toFault, UserError } from '../../src/errors.ts';
import type { Ledger } from '../../src/queue/ledger.ts';
import { retryBatch, type RetryNeeds } from '../../src/work/retry-batch.ts';
import {
  buildDone,
  buildDrop,
  buildFailed,
  buildPlan,
  buildRetryNeeds,
  buildRows,
  connectFixture,
  createFixture,
  startBatch,
  type QueueFixture,
} from './queue-fixture.ts';

type Outcome = 'done' | 'failed';

/** Works all rows that there are as `toOutcome` says. */
async function workAll(ledger: Ledger, toOutcome: (index: number) => Outcome): Promise<number> {
  let worked = 0;
  for (let lease = await ledger.lease('w'); lease !== undefined; lease = await ledger.lease('w')) {
    for (const row of lease.rows) {
      const outcome = toOutcome(row.index) === 'done' ? buildDone(row) : buildFailed();
      await ledger.commit(lease, row, outcome);
      worked += 1;
    }
    await ledger.release(lease);
  }
  return worked;
}

async function press(ledger: Ledger, from: string): Promise<{ id: string; created: boolean }> {
  const batch = await ledger.readBatch(from);
  if (batch === undefined) throw new Error(`no batch ${from}`);
  const retryOf = { id: from, by: 'U2' };
  const drop: Drop = {
    ...batch.drop,
    key: `${batch.drop.key}:retry:${from}`,
    retryOf,
    addressed: true,
  };
  return ledger.recordDrop(drop);
}

async function read(
  ledger: Ledger,
  id: string,
  change: Partial<Omit<RetryNeeds, 'ledger'>> = {},
): Promise<void> {
  const batch = await ledger.readBatch(id);
  if (batch?.drop.retryOf === undefined) throw new Error('no retry');
  const needs = buildRetryNeeds(ledger, change);
  await retryBatch({ batch, retryOf: batch.drop.retryOf }, needs, AbortSignal.any([]));
}

/** Begins the same file for the same person, or names the batch that keeps it from that. */
async function dropAgain(ledger: Ledger): Promise<{ id: string; holder: string | undefined }> {
  const { id } = await ledger.recordDrop(buildDrop());
  const holder = await ledger.claimFingerprint(id, 'print');
  await ledger.writeChunk(id, 0, buildRows(3));
  if (holder === undefined) await ledger.startRunning(id, buildPlan(3));
  else await ledger.refuse(id, toFault('E_ALREADY_RUNNING', { id: holder, link: 'l' }));
  return { id, holder };
}

async function stop(ledger: Ledger, id: string): Promise<void> {
  await ledger.cancel(id, 'U1');
  await ledger.end(id);
}

async function findGone(): Promise<never> {
  fail('E_FILE_GONE', {});
}

async function dieNow(): Promise<never> {
  throw new Error('the process died');
}

async function readStatuses(ledger: Ledger, id: string): Promise<readonly string[]> {
  const statuses: string[] = [];
  for await (const chunk of ledger.readResults(id)) {
    for (const { outcome } of chunk) statuses.push(outcome.status);
  }
  return statuses;
}

/** Of the rows below. */
function isUnfinished(index: number): boolean {
  return index >= 110 || (index >= 50 && index < 100 && index % 5 === 0);
}

/** 120 rows: the first chunk done, every fifth of the second failed, the third stopped before its end. */
async function endPartly(ledger: Ledger): Promise<string> {
  const id = await startBatch(ledger, 120);
  await ledger.claimFingerprint(id, 'print');
  for (let chunk = 0; chunk < 3; chunk += 1) {
    const lease = await ledger.lease('w');
    if (lease === undefined) throw new Error('there is nothing to lease');
    for (const row of lease.rows) {
      if (row.index >= 110) continue;
      const failsNow = isUnfinished(row.index);
      await ledger.commit(lease, row, failsNow ? buildFailed() : buildDone(row, `v1 ${row.index}`));
    }
  }
  await ledger.cancel(id, 'U1');
  await ledger.end(id);
  return id;
}

describe('a batch that retries another', () => {
  it('works on the unfinished rows alone and has all the others as they were', async () => {
    const { ledger } = createFixture();
    const first = await endPartly(ledger);
    const { id } = await press(ledger, first);
    await read(ledger, id);
    const started = await ledger.readBatch(id);
    expect(started?.counts).toMatchObject({ total: 120, done: 100, pending: 20, failed: 0 });
    expect(started?.recipe).toEqual((await ledger.readBatch(first))?.recipe);
    expect(await workAll(ledger, () => 'done')).toBe(20);
    expect((await ledger.readBatch(id))?.state).toBe('finishing');
    const texts: (string | undefined)[] = [];
    for await (const chunk of ledger.readResults(id)) {
      for (const { row, outcome } of chunk) {
        texts[row.index] = outcome.status === 'done' ? outcome.fields[0] : undefined;
      }
    }
    expect(texts).toEqual(
      Array.from({ length: 120 }, (_, index) =>
        isUnfinished(index) ? `Title of row ${index}` : `v1 ${index}`,
      ),
    );
    // What the first one came to stands.
    expect(await ledger.readBatch(first)).toMatchObject({
      state: 'cancelled',
      retriedAs: id,
      retriedBy: 'U2',
      counts: { done: 100, failed: 10, cancelled: 10 },
    });
  });

  it('is one, however often it is asked for by however many processes, also after it was purged', async () => {
    const { ledger, server } = createFixture();
    const { ledger: other } = connectFixture(server.url, server.prefix);
    const first = await endPartly(ledger);
    const ids = new Set<string>();
    for (let times = 1; times <= 5; times += 1) {
      const desks = [ledger, other, ledger, other];
      const pressed = await Promise.all(desks.map((desk) => press(desk, first)));
      const [{ id } = { id: '' }, ...others] = pressed;
      expect(others.map((each) => each.id)).toEqual([id, id, id]);
      expect(pressed.filter(({ created }) => created)).toHaveLength(1);
      ids.add(id);
      expect(ids.size).toBe(times);
      // Two processes may also read it at once, where one was thought dead.
      await Promise.all([read(ledger, id), read(other, id)]);
      const { counts } = (await other.readBatch(id)) ?? {};
      expect(counts).toMatchObject({ total: 120, done: 100, pending: 20 });
      expect((await other.readBatch(first))?.retriedAs).toBe(id);
      await stop(other, id);
      expect(await ledger.purge(id)).toBe('purged');
    }
  });

  it('does not run beside the same file that was dropped again, whichever is first', async () => {
    const { ledger } = createFixture();
    const first = await endPartly(ledger);
    const again = await dropAgain(ledger);
    const { id } = await press(ledger, first);
    await expect(read(ledger, id)).rejects.toMatchObject({
      fault: {
        code: 'E_ALREADY_RUNNING',
        params: { id: again.id, link: `https://slack.example/${again.id}` },
      },
    });
    await ledger.refuse(id, toFault('E_ALREADY_RUNNING', { id: again.id, link: 'l' }));
    await stop(ledger, again.id);
    const { id: later } = await press(ledger, first);
    expect(later).not.toBe(id);
    await read(ledger, later);
    expect(await dropAgain(ledger)).toMatchObject({ holder: later });
    await stop(ledger, later);
    expect(await dropAgain(ledger)).toMatchObject({ holder: undefined });
  });

  it('is one of the two that run where both begin at the same moment in two processes', async () => {
    const { ledger, server } = createFixture();
    const { ledger: other } = connectFixture(server.url, server.prefix);
    const first = await endPartly(ledger);
    for (let times = 1; times <= 8; times += 1) {
      const { id } = await press(ledger, first);
      const [retry, drop] = await Promise.allSettled([read(ledger, id), dropAgain(other)]);
      const dropRuns = drop.status === 'fulfilled' && drop.value.holder === undefined;
      expect(retry.status === 'rejected').toBe(dropRuns);
      if (dropRuns) await ledger.refuse(id, toFault('E_RETRY_GONE', { id }));
      await stop(ledger, dropRuns ? drop.value.id : id);
      if (!dropRuns) await ledger.purge(id);
    }
  });

  it('can be read again from any point at which the process died, and begins once', async () => {
    const { ledger } = createFixture();
    const first = await endPartly(ledger);
    const { id } = await press(ledger, first);
    for (let writes = 0; writes < 7; writes += 1) {
      let left = writes;
      const counted =
        <Arguments extends unknown[], Result>(call: (...args: Arguments) => Promise<Result>) =>
        async (...args: Arguments): Promise<Result> =>
          left-- > 0 ? call(...args) : dieNow();
      const dying: Ledger = {
        ...ledger,
        writeChunk: counted(ledger.writeChunk),
        carryOutcomes: counted(ledger.carryOutcomes),
        startRunning: counted(ledger.startRunning),
      };
      await expect(read(dying, id)).rejects.toThrow('the process died');
      expect((await ledger.readBatch(id))?.state).toBe('reading');
      expect(await ledger.lease('w')).toBeUndefined();
      expect((await ledger.readBatch(first))?.retriedAs).toBeUndefined();
    }
    await read(ledger, id);
    const { counts } = (await ledger.readBatch(id)) ?? {};
    expect(counts).toMatchObject({ total: 120, done: 100, pending: 20 });
    await read(ledger, id);
    expect((await ledger.readBatch(id))?.counts).toEqual(counts);
  });

  it('can be asked for again where it was refused or stopped before it began', async () => {
    const { ledger } = createFixture();
    const first = await endPartly(ledger);
    const refused = await press(ledger, first);
    await ledger.refuse(refused.id, toFault('E_REDIS_FULL', {}));
    const stopped = await press(ledger, first);
    expect(stopped.created).toBe(true);
    await ledger.cancel(stopped.id, 'U1');
    const third = await press(ledger, first);
    expect(third.created).toBe(true);
    await read(ledger, third.id);
    expect((await ledger.readBatch(first))?.retriedAs).toBe(third.id);
  });

  it('is paused too where the model server rejects its first rows, whatever it carries over', async () => {
    const { ledger } = createFixture();
    const first = await endPartly(ledger);
    const { id } = await press(ledger, first);
    await read(ledger, id);
    const fault = toFault('E_MODEL_REJECTED', { reason: 'no such model' });
    const { verdict } = await ledger.noteMistake(id, { line: 52, cause: 'c', fault });
    expect(verdict).not.toBe('fails');
  });

  it('can be asked for again where it was purged', async () => {
    const { ledger } = createFixture();
    const first = await endPartly(ledger);
    const { id } = await press(ledger, first);
    await read(ledger, id);
    await ledger.cancel(id, 'U1');
    await ledger.end(id);
    await ledger.purge(id);
    expect((await ledger.readBatch(first))?.retriedAs).toBeUndefined();
    expect((await press(ledger, first)).created).toBe(true);
  });

  it('is refused where the other is no longer kept', async () => {
    const { ledger } = createFixture();
    const first = await endPartly(ledger);
    const { id } = await press(ledger, first);
    await ledger.purge(first);
    await expect(read(ledger, id)).rejects.toMatchObject({ fault: { code: 'E_RETRY_GONE' } });
  });

  it.each([
    [1, 'E_RETRY_GONE'],
    [2, 'E_RETRY_GONE'],
    [3, 'begun'],
  ])(
    'has all rows or is refused where the other is purged after %i of 3 chunks',
    async (at, expected) => {
      const { ledger } = createFixture();
      const first = await endPartly(ledger);
      const { id } = await press(ledger, first);
      let seen = 0;
      const purging: Ledger = {
        ...ledger,
        async *readResults(from) {
          for await (const chunk of ledger.readResults(from)) {
            seen += 1;
            if (seen === at) await ledger.purge(first);
            yield chunk;
          }
        },
      };
      const again = (): Promise<void> => read(ledger, id);
      const end = await read(purging, id)
        .catch(again)
        .then(
          () => 'begun',
          (error: unknown) => (error instanceof UserError ? error.fault.code : error),
        );
      expect(end).toBe(expected);
      const { counts } = (await ledger.readBatch(id)) ?? {};
      expect(counts).toMatchObject(end === 'begun' ? { total: 120, done: 100 } : { total: 0 });
    },
  );

  it('is refused, and leaves no files, where the pictures that were dropped are gone', async () => {
    const { ledger } = createFixture();
    const { id: first } = await ledger.recordDrop(buildDrop());
    await ledger.writeChunk(first, 0, buildRows(3));
    const { summary, ...plan } = buildPlan(3);
    const nothing = { count: 0, names: [] };
    const found = { unused: nothing, skipped: nothing, nested: nothing };
    const bundle = { pictures: 3, rowsMissing: 0, ...found };
    await ledger.startRunning(first, { ...plan, summary: { ...summary, bundle } });
    await stop(ledger, first);
    const { id } = await press(ledger, first);
    const removed: string[] = [];
    const removeFiles: RetryNeeds['removeFiles'] = async ({ key }) => void removed.push(key);
    await expect(read(ledger, id, { removeFiles, fetchFiles: findGone })).rejects.toMatchObject({
      fault: { code: 'E_FILE_GONE' },
    });
    expect(removed).toEqual([(await ledger.readBatch(id))?.drop.key]);
    await read(ledger, id, { removeFiles });
    expect((await ledger.readBatch(id))?.state).toBe('running');
    expect(removed).toHaveLength(1);
  });

  it('can be stopped, and retried in its turn, until every row is done', async () => {
    const { ledger } = createFixture();
    let from = await endPartly(ledger);
    for (const wins of [3, 7, 10]) {
      const { id } = await press(ledger, from);
      await read(ledger, id);
      let won = 0;
      await workAll(ledger, () => (won++ < wins ? 'done' : 'failed'));
      const batch = await ledger.readBatch(id);
      expect(batch && isConserved(batch.counts)).toBe(true);
      await ledger.end(id);
      from = id;
    }
    expect(await readStatuses(ledger, from)).toEqual(Array(120).fill('done'));
  });

  it('leaves an ordinary drop that was refused as it is: the same message does not begin it again', async () => {
    const { ledger } = createFixture();
    const drop = buildDrop();
    const { id } = await ledger.recordDrop(drop);
    await ledger.refuse(id, toFault('E_CSV_NO_ROWS', {}));
    expect(await ledger.recordDrop(drop)).toEqual({ id, created: false });
  });
});

const file: SortedFile = {
  path: '/tmp/x',
  name: 'x.csv',
  bytes: 5,
  hash: 'f'.repeat(64),
  kind: 'table',
} as const;

/** 120 rows: 50 are done, 50 are lost, and the last 20 have failed. */
async function endWithLost({ ledger, store }: QueueFixture): Promise<string> {
  const id = await startBatch(ledger, 120);
  await workAll(ledger, (index) => (index < 100 ? 'done' : 'failed'));
  await store.redis.hdel(store.keys.batch(id, 'chunks'), '1');
  expect(await ledger.recheck(id)).toBe(0);
  await ledger.end(id);
  return id;
}

const openTable: RetryNeeds['openTable'] = async () => ({
  table: buildPlan(120).table,
  async *chunks() {
    const rows = buildRows(120);
    for (const first of [0, 50, 100]) yield rows.slice(first, first + 50);
  },
  summary: () => buildPlan(120).summary,
});

async function fetchFile(): Promise<readonly SortedFile[]> {
  return [file];
}

async function fetchAnother(): Promise<readonly SortedFile[]> {
  return [{ ...file, hash: 'another' }];
}

describe('retrying a batch whose rows the ledger has lost', () => {
  it('reads the file again, and keeps what was done', async () => {
    const fixture = createFixture();
    const { ledger } = fixture;
    const from = await endWithLost(fixture);
    expect((await ledger.readBatch(from))?.counts).toMatchObject({ done: 50, failed: 70 });
    const { id } = await press(ledger, from);
    const removed: string[] = [];
    const removeFiles: RetryNeeds['removeFiles'] = async ({ key }) => void removed.push(key);
    await read(ledger, id, { fetchFiles: fetchFile, openTable, removeFiles });
    expect((await ledger.readBatch(id))?.counts).toMatchObject({ done: 50, pending: 70 });
    expect(await workAll(ledger, () => 'done')).toBe(70);
    const rows: Row[] = [];
    for await (const chunk of ledger.readResults(id)) rows.push(...chunk.map(({ row }) => row));
    expect(rows).toEqual(buildRows(120));
    expect((await ledger.readBatch(id))?.counts).toMatchObject({ total: 120, done: 120 });
    expect(removed).toHaveLength(1);
  });

  it('says what helps where the file is not what it was, or is gone', async () => {
    const fixture = createFixture();
    const { ledger } = fixture;
    const from = await endWithLost(fixture);
    const { id } = await press(ledger, from);
    const removed: string[] = [];
    const removeFiles: RetryNeeds['removeFiles'] = async ({ key }) => void removed.push(key);
    const other = read(ledger, id, { fetchFiles: fetchAnother, openTable, removeFiles });
    await expect(other).rejects.toThrow(new UserError(toFault('E_RETRY_GONE', { id: from })));
    await expect(read(ledger, id, { fetchFiles: findGone })).rejects.toThrow(UserError);
    expect(removed).toHaveLength(1);
    expect((await ledger.readBatch(id))?.state).toBe('reading');
  });
});
