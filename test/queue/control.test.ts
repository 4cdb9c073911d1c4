import { describe, expect, it } from 'vitest';
import { isStuck, type Admission } from '../../src/batch/batch.ts';
import type { Ledger } from '../../src/queue/ledger.ts';
import { createStepTries } from '../../src/queue/step-tries.ts';
import {
  buildDone,
  buildDrop,
  buildPlan,
  createFixture,
  writeRows,
  type QueueFixture,
} from './queue-fixture.ts';

/** A batch whose file was read, with what is asked of it. */
async function start(ledger: Ledger, admission: Admission, user = 'U1'): Promise<string> {
  const { id } = await ledger.recordDrop(buildDrop({ user }));
  await writeRows(ledger, id, 3);
  await ledger.startRunning(id, buildPlan(3), admission);
  return id;
}

async function stateOf(ledger: Ledger, id: string): Promise<string> {
  const batch = await ledger.readBatch(id);
  return batch?.pause === undefined
    ? String(batch?.state)
    : `${batch.state}: ${batch.pause.reason}`;
}

async function finish(ledger: Ledger): Promise<void> {
  const lease = await ledger.lease('w');
  if (lease === undefined) throw new Error('nothing to lease');
  for (const row of lease.rows) await ledger.commit(lease, row, buildDone(row));
}

describe('a batch that needs an operator', () => {
  it('gives out no row before it is approved, whatever becomes of the model server', async () => {
    const { ledger, endpoint } = createFixture();
    const id = await start(ledger, { needsApproval: true, estimateSeconds: 9000 });
    expect(await ledger.readBatch(id)).toMatchObject({
      state: 'paused',
      pause: { reason: 'approval' },
      estimateSeconds: 9000,
    });
    await endpoint.close('model-away');
    await endpoint.open();
    expect(await stateOf(ledger, id)).toBe('paused: approval');
    expect(await ledger.lease('w')).toBeUndefined();

    expect(await ledger.approve(id, 'OP')).toBe('approved');
    expect(await ledger.readBatch(id)).toMatchObject({ state: 'running', approvedBy: 'OP' });
    expect(await ledger.lease('w')).toBeDefined();
  });

  it('is approved once; the same call sent again is no second one', async () => {
    const { ledger } = createFixture();
    const id = await start(ledger, { needsApproval: true });
    expect(await ledger.approve(id, 'OP')).toBe('approved');
    expect(await ledger.approve(id, 'OP')).toBe('approved');
    expect(await ledger.approve(id, 'OTHER')).toBe('decided');
    expect(await ledger.decline(id, 'OTHER')).toBe('decided');
    expect(await ledger.approve('999', 'OP')).toBe('unknown');
  });

  it('waits for the model server where that is away when it is approved', async () => {
    const { ledger, endpoint } = createFixture();
    await endpoint.close('model-away');
    const id = await start(ledger, { needsApproval: true });
    await ledger.approve(id, 'OP');
    expect(await stateOf(ledger, id)).toBe('paused: model-away');
    await endpoint.open();
    expect(await stateOf(ledger, id)).toBe('running');
  });

  it('that is declined or stopped first can be approved no more', async () => {
    const { ledger } = createFixture();
    const declined = await start(ledger, { needsApproval: true });
    expect(await ledger.decline(declined, 'OP')).toBe('declined');
    expect(await ledger.decline(declined, 'OP')).toBe('declined');
    expect(await ledger.approve(declined, 'OP2')).toBe('decided');
    expect(await ledger.readBatch(declined)).toMatchObject({
      state: 'finishing',
      declinedBy: 'OP',
      counts: { total: 3, cancelled: 3 },
    });
    const stopped = await start(ledger, { needsApproval: true });
    await ledger.cancel(stopped, 'U1');
    expect(await ledger.approve(stopped, 'OP')).toBe('decided');
    expect((await ledger.readBatch(stopped))?.declinedBy).toBeUndefined();
  });

  it('is neither paused nor resumed', async () => {
    const { ledger } = createFixture();
    const id = await start(ledger, { needsApproval: true });
    expect(await ledger.pause(id, 'U1')).toBe('approval');
    expect(await ledger.resume(id)).toBe('approval');
    expect(await stateOf(ledger, id)).toBe('paused: approval');
  });
});

describe('a batch that a person pauses', () => {
  it('stays paused when the model server comes back, and goes on when it is resumed', async () => {
    const { ledger, endpoint } = createFixture();
    const id = await start(ledger, {});
    expect(await ledger.pause(id, 'U1')).toBe('paused');
    expect(await ledger.readBatch(id)).toMatchObject({ pause: { reason: 'person', by: 'U1' } });
    await endpoint.close('model-away');
    await endpoint.open();
    expect(await stateOf(ledger, id)).toBe('paused: person');
    expect(await ledger.lease('w')).toBeUndefined();
    expect(await ledger.resume(id)).toBe('resumed');
    expect(await stateOf(ledger, id)).toBe('running');
    expect(await ledger.resume(id)).toBe('running');
  });

  it('ends when the rows that were under way were its last ones', async () => {
    const { ledger } = createFixture();
    const id = await start(ledger, {});
    const lease = await ledger.lease('w');
    await ledger.pause(id, 'U1');
    if (lease === undefined) throw new Error('nothing was leased');
    expect(await ledger.renew([lease])).toEqual(['paused']);
    for (const row of lease.rows) await ledger.commit(lease, row, buildDone(row));
    const batch = await ledger.readBatch(id);
    expect(batch?.state).toBe('finishing');
    expect(batch?.pause).toBeUndefined();
  });

  it('waits for the model server when that is away as it is resumed', async () => {
    const { ledger, endpoint } = createFixture();
    const id = await start(ledger, {});
    await ledger.pause(id, 'U1');
    await endpoint.close('model-away');
    await ledger.resume(id);
    expect(await stateOf(ledger, id)).toBe('paused: model-away');
    expect(await ledger.resume(id)).toBe('model');
  });

  it('is stopped like any other', async () => {
    const { ledger } = createFixture();
    const id = await start(ledger, {});
    await ledger.pause(id, 'U1');
    expect(await ledger.cancel(id, 'U1')).toBe('cancelled');
    expect(await stateOf(ledger, id)).toBe('finishing');
    expect(await ledger.resume(id)).toBe('ended');
    expect(await ledger.pause(id, 'U1')).toBe('ended');
  });
});

describe('the batches of one person', () => {
  const two = { batchesPerPerson: 2 };

  it('take turns: the third begins when one of the others ends, and others’ batches do not count', async () => {
    const { ledger } = createFixture();
    const first = await start(ledger, two);
    const second = await start(ledger, two);
    const third = await start(ledger, two);
    const fourth = await start(ledger, two);
    const other = await start(ledger, two, 'U2');
    const states = async (): Promise<string[]> =>
      Promise.all([first, second, third, fourth, other].map((id) => stateOf(ledger, id)));
    const turn = 'paused: turn';
    expect(await states()).toEqual(['running', 'running', turn, turn, 'running']);
    expect(await ledger.resume(third)).toBe('turn');
    await finish(ledger);
    expect(await states()).toEqual(['finishing', 'running', 'running', turn, 'running']);
    await ledger.cancel(third, 'U1');
    expect(await states()).toEqual(['finishing', 'running', 'finishing', 'running', 'running']);
  });

  it('make room for the next when one is paused, which then waits its turn in its place', async () => {
    const { ledger } = createFixture();
    const first = await start(ledger, { batchesPerPerson: 1 });
    const second = await start(ledger, { batchesPerPerson: 1 });
    await ledger.pause(first, 'U1');
    expect(await stateOf(ledger, second)).toBe('running');
    expect(await ledger.resume(first)).toBe('resumed');
    expect(await stateOf(ledger, first)).toBe('paused: turn');
    await finish(ledger);
    expect(await stateOf(ledger, first)).toBe('running');
  });

  it('that wait for the model server keep their turn, and nobody overtakes when it is back', async () => {
    const { ledger, endpoint } = createFixture();
    const first = await start(ledger, { batchesPerPerson: 1 });
    await endpoint.close('model-away');
    const second = await start(ledger, { batchesPerPerson: 1 });
    expect(await stateOf(ledger, second)).toBe('paused: turn');
    await endpoint.open();
    expect(await stateOf(ledger, first)).toBe('running');
    expect(await stateOf(ledger, second)).toBe('paused: turn');
  });
});

describe('a batch that is stuck when it is to be finished', () => {
  const limits = { tries: 2, everyMs: 600_000 };

  async function getStuck({ ledger, store }: QueueFixture): Promise<string> {
    const id = await start(ledger, {});
    await finish(ledger);
    const tries = createStepTries(store);
    for (let time = 0; time < 3; time += 1) await tries.begin('finish', id, limits);
    expect(isStuck((await ledger.readBatch(id)) ?? { state: 'done' })).toBe(true);
    return id;
  }

  it('is tried at once when somebody resumes it', async () => {
    const fixture = createFixture();
    const { ledger, store, announcements } = fixture;
    const id = await getStuck(fixture);
    const due: string[] = [];
    await announcements.on('due', (text) => void due.push(text));
    expect(await createStepTries(store).begin('finish', id, limits)).toBe(false);
    expect(await ledger.resume(id)).toBe('resumed');
    await expect.poll(() => due).toEqual([`finish:${id}`]);
    expect((await ledger.readBatch(id))?.stuckMs).toBeUndefined();
    expect(await createStepTries(store).begin('finish', id, limits)).toBe(true);
    expect(await ledger.resume(id)).toBe('ended');
  });

  it('ends without its file when somebody cancels it, and what still works on it changes nothing', async () => {
    const fixture = createFixture();
    const { ledger } = fixture;
    const id = await getStuck(fixture);
    expect(await ledger.cancel(id, 'OP')).toBe('cancelled');
    await ledger.end(id);
    expect(await ledger.readBatch(id)).toMatchObject({ state: 'cancelled', cancelledBy: 'OP' });
    expect(await ledger.activeBatchIds()).toEqual([]);
    expect(await ledger.cancel(id, 'OTHER')).toBe('ended');
    expect(await ledger.recheck(id)).toBe(0);
    expect((await ledger.readBatch(id))?.counts).toMatchObject({ total: 3, done: 3 });
  });

  it('that comes to its end after all is as any other', async () => {
    const fixture = createFixture();
    const { ledger } = fixture;
    const id = await getStuck(fixture);
    await ledger.end(id);
    const batch = await ledger.readBatch(id);
    expect({ state: batch?.state, stuckMs: batch?.stuckMs }).toEqual({ state: 'done' });
  });

  it('is not ended by a cancellation while nothing is wrong with it', async () => {
    const { ledger } = createFixture();
    const id = await start(ledger, {});
    await finish(ledger);
    expect(await ledger.cancel(id, 'OP')).toBe('ended');
    expect(await ledger.resume(id)).toBe('ended');
    expect((await ledger.readBatch(id))?.state).toBe('finishing');
  });
});

describe('the rows that a person may have in a day', () => {
  it('are counted once a batch, and refused beyond the limit', async () => {
    const { ledger } = createFixture();
    const { id: first } = await ledger.recordDrop(buildDrop());
    const { id: second } = await ledger.recordDrop(buildDrop());
    const { id: others } = await ledger.recordDrop(buildDrop({ user: 'U2' }));
    expect(await ledger.chargeRows(first, 60, 100)).toMatchObject({ counted: true, left: 100 });
    expect(await ledger.chargeRows(first, 60, 100)).toMatchObject({ counted: true });
    const over = await ledger.chargeRows(second, 41, 100);
    expect(over).toMatchObject({ counted: false, left: 40 });
    expect(over.secondsToReset).toBeGreaterThan(0);
    expect(over.secondsToReset).toBeLessThanOrEqual(24 * 3600);
    expect(await ledger.chargeRows(others, 100, 100)).toMatchObject({ counted: true });
    expect(await ledger.chargeRows(second, 40, 100)).toMatchObject({ counted: true });
  });

  it('are given back for a batch that is declined or refused', async () => {
    const { ledger } = createFixture();
    const { id: refused } = await ledger.recordDrop(buildDrop());
    await ledger.chargeRows(refused, 100, 100);
    await ledger.refuse(refused, { code: 'E_CSV_EMPTY', params: {} });
    const { id: declined } = await ledger.recordDrop(buildDrop());
    expect(await ledger.chargeRows(declined, 100, 100)).toMatchObject({ left: 100 });
    await writeRows(ledger, declined, 3);
    await ledger.startRunning(declined, buildPlan(3), { needsApproval: true });
    await ledger.decline(declined, 'OP');
    const { id: next } = await ledger.recordDrop(buildDrop());
    expect(await ledger.chargeRows(next, 100, 100)).toMatchObject({ counted: true });
  });

  it('are not taken by a batch that was cancelled while its file was read', async () => {
    const { ledger } = createFixture();
    const { id: cancelled } = await ledger.recordDrop(buildDrop());
    await ledger.cancel(cancelled, 'U1');
    await ledger.chargeRows(cancelled, 100, 100);
    expect(await ledger.startRunning(cancelled, buildPlan(100))).toBe(false);
    const { id: next } = await ledger.recordDrop(buildDrop());
    expect(await ledger.chargeRows(next, 100, 100)).toMatchObject({ counted: true, left: 100 });
  });
});
