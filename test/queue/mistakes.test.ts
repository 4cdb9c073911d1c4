// Rows that the model server rejects before any row of their batch has succeeded, on a real Redis.

import { describe, expect, it } from 'vitest';
import { toCause, type Mistake } from '../../src/batch/mistake.ts';
import { toFault } from '../../src/errors.ts';
import type { Ledger } from '../../src/queue/ledger.ts';
import {
  buildDone,
  buildDrop,
  buildFailed,
  buildPlan,
  connectFixture,
  createFixture,
  startBatch,
  writeRows,
} from './queue-fixture.ts';

function mistakeAt(line: number, reason = 'no such parameter'): Mistake {
  const fault = toFault('E_MODEL_REJECTED', { reason });
  return { line, fault, cause: toCause(fault) };
}

/** Notes the lines one after the other; the last verdict. */
async function note(
  ledger: Ledger,
  id: string,
  mistakes: readonly Mistake[],
): Promise<string | undefined> {
  let last: string | undefined;
  for (const mistake of mistakes) last = (await ledger.noteMistake(id, mistake)).verdict;
  return last;
}

function lines(count: number, reason?: string): readonly Mistake[] {
  return Array.from({ length: count }, (_, index) => mistakeAt(index + 2, reason));
}

/** Of a person of whom one batch runs at a time. */
async function startInTurn(ledger: Ledger): Promise<string> {
  const { id } = await ledger.recordDrop(buildDrop());
  await writeRows(ledger, id, 1);
  await ledger.startRunning(id, buildPlan(1), { batchesPerPerson: 1 });
  return id;
}

describe('the same rejection of the first rows', () => {
  it('pauses the batch at the twentieth row, with what the server said', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 60);
    expect(await note(ledger, id, lines(19))).toBe('again');
    expect((await ledger.readBatch(id))?.state).toBe('running');
    expect(await note(ledger, id, [mistakeAt(40)])).toBe('paused');
    expect(await ledger.readBatch(id)).toMatchObject({
      state: 'paused',
      pause: { reason: 'rejected', fault: { params: { reason: 'no such parameter' } } },
      counts: { pending: 60, failed: 0 },
    });
    expect(await ledger.lease('w')).toBeUndefined();
  });

  it('counts over all processes, and each row once', async () => {
    const { ledger, server } = createFixture();
    const other = connectFixture(server.url, server.prefix).ledger;
    const id = await startBatch(ledger, 60);
    await note(ledger, id, lines(10));
    await note(other, id, lines(10));
    expect((await ledger.noteMistake(id, mistakeAt(2))).times).toBe(3);
    await note(other, id, lines(19).slice(10));
    expect((await ledger.readBatch(id))?.state).toBe('running');
    expect(await note(other, id, [mistakeAt(50)])).toBe('paused');
  });

  it('is told from others: the batch goes on until a hundred rows are rejected, or all', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 160);
    const reasons = Array.from({ length: 99 }, (_, index) => `${'x'.repeat(index % 9)} is wrong`);
    const different = reasons.map((reason, index) => mistakeAt(index + 2, reason));
    expect(await note(ledger, id, different)).toBe('again');
    expect(await note(ledger, id, [mistakeAt(150, 'one more')])).toBe('paused');
  });

  it('pauses a smaller batch when all its rows that are left have met it', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 3);
    const lease = await ledger.lease('w');
    const [first] = lease?.rows ?? [];
    if (lease === undefined || first === undefined) throw new Error('nothing was leased');
    expect(await note(ledger, id, [mistakeAt(3), mistakeAt(4)])).toBe('again');
    await ledger.commit(lease, first, buildFailed());
    expect(await note(ledger, id, [mistakeAt(3)])).toBe('paused');
  });

  it('is counted anew after the batch was resumed', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 60);
    await note(ledger, id, lines(20));
    expect(await note(ledger, id, lines(25).slice(20))).toBe('again');
    expect(await ledger.resume(id)).toBe('resumed');
    const batch = await ledger.readBatch(id);
    expect(batch).toMatchObject({ state: 'running' });
    expect(batch?.pause).toBeUndefined();
    expect(await note(ledger, id, lines(19))).toBe('again');
    expect(await note(ledger, id, lines(20))).toBe('paused');
  });

  it('is none after all where another row succeeds that was under way: the batch goes on', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 60);
    const lease = await ledger.lease('w');
    const [first, second] = lease?.rows ?? [];
    if (lease === undefined || first === undefined || second === undefined) {
      throw new Error('nothing was leased');
    }
    await note(ledger, id, lines(20));
    await ledger.commit(lease, first, Object.assign(buildDone(first), { cached: true }));
    expect((await ledger.readBatch(id))?.pause?.reason).toBe('rejected');
    await ledger.commit(lease, second, buildDone(second));
    expect((await ledger.readBatch(id))?.state).toBe('running');
    expect((await ledger.noteMistake(id, mistakeAt(2))).verdict).toBe('fails');
  });

  it('lets another batch of the same person have the turn', async () => {
    const { ledger } = createFixture();
    const [id, waiting] = [await startInTurn(ledger), await startInTurn(ledger)];
    expect((await ledger.readBatch(waiting))?.pause?.reason).toBe('turn');
    expect(await note(ledger, id, [mistakeAt(2)])).toBe('paused');
    expect((await ledger.lease('w'))?.batchId).toBe(waiting);
    expect(await ledger.resume(id)).toBe('resumed');
    expect((await ledger.readBatch(id))?.pause?.reason).toBe('turn');
  });
});

describe('a rejection after a success', () => {
  it('is the row’s own', async () => {
    const { ledger, server } = createFixture();
    const id = await startBatch(ledger, 60);
    await note(ledger, id, lines(10));
    const lease = await ledger.lease('w');
    const [first] = lease?.rows ?? [];
    if (lease === undefined || first === undefined) throw new Error('nothing was leased');
    await ledger.commit(lease, first, buildDone(first));
    for (const mistake of lines(30)) {
      expect((await ledger.noteMistake(id, mistake)).verdict).toBe('fails');
    }
    expect((await server.keys()).filter((key) => key.endsWith(':mistakes'))).toEqual([]);
  });

  it('is not shown by an answer out of the cache', async () => {
    const { ledger } = createFixture();
    const id = await startBatch(ledger, 60);
    const lease = await ledger.lease('w');
    const [first] = lease?.rows ?? [];
    if (lease === undefined || first === undefined) throw new Error('nothing was leased');
    await ledger.commit(lease, first, Object.assign(buildDone(first), { cached: true }));
    expect(await note(ledger, id, [mistakeAt(3)])).toBe('again');
  });
});

function cause(reason: string): string {
  return toCause(toFault('E_MODEL_REJECTED', { reason }));
}

it('the cause of a rejection is what two rows have in common', () => {
  expect(cause('You asked for 9001 tokens of "blue mug"')).toBe(
    cause('You asked for 12 tokens of "red mug"'),
  );
  expect(cause('cannot identify <BytesIO at 0x7fab>')).toBe(
    cause('cannot identify <BytesIO at 0x1>'),
  );
  expect(cause('too long')).not.toBe(cause('no such parameter'));
});
