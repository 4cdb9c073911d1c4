// The model server is away, or not set up for the bot: batches wait, no row fails, and they go on.

import { describe, expect, it } from 'vitest';
import { toText, type Thread } from '../support/journey-thread.ts';
import { startOwnWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const recoveryMs = 60_000;
const timeout = 150_000;

async function expectNoRowFailed(thread: Thread, rows: number): Promise<void> {
  const [{ results }] = await thread.delivered(1, recoveryMs);
  expect(results.records.map((row) => row['status'])).toEqual(Array(rows).fill('done'));
}

describe.concurrent('a model server that is not there', { timeout }, () => {
  it('pauses a running batch, which says since when, and goes on by itself', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, model, batch } = world;
    model.faults.next({ matching: 'sku: S', slowMs: 200 }, 120);
    const thread = await drop({ files: [table(120)] });
    await until('some rows are answered', () => model.calls.length > 30);
    await model.faults.away(true);

    const waiting = await thread.saying('Waiting since', recoveryMs);
    expect(toText(waiting)).toMatch(/Waiting since <!date\^\d+\^\{time\}\|.+>: the model server/u);
    expect(await batch('status')).toContain('waiting for the model server');
    expect(thread.deliveries()).toEqual([]);

    await model.faults.away(false);
    await expectNoRowFailed(thread, 120);
    expect(thread.progress()).toHaveLength(1);
  });

  it('does not keep the bot from starting and from taking a file', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, model, bot, startBot } = world;
    await bot().stop();
    await model.faults.away('unavailable');
    await startBot();
    const thread = await drop({ files: [table(20)] });
    await thread.saying('Waiting since', recoveryMs);
    expect(thread.deliveries()).toEqual([]);
    await model.faults.away(false);
    await expectNoRowFailed(thread, 20);
  });

  it('can be stopped while it waits', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, model, batch } = world;
    await model.faults.away(true);
    const thread = await drop({ files: [table(20)] });
    await thread.saying('Waiting since', recoveryMs);
    expect(await batch('cancel')).toContain('is being stopped');
    const [{ results }] = await thread.delivered();
    expect(results.records.map((row) => row['status'])).toEqual(Array(20).fill('cancelled'));
  });
});

describe.concurrent('a model server that refuses the bot', { timeout }, () => {
  it.for([
    { status: 401, what: 'its key' },
    { status: 404, what: 'the model' },
  ])('for $what ($status) pauses batches until it is mended', async ({ status }, test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, model } = world;
    model.faults.next({ matching: 'sku: S', slowMs: 200 }, Infinity);
    const thread = await drop({ files: [table(80)] });
    await until('some rows are answered', () => model.calls.length > 30);
    model.faults.clear();
    model.faults.next({ status }, Infinity);
    const waiting = await thread.saying('Waiting since', recoveryMs);
    expect(toText(waiting)).toContain('refuses my requests');
    model.faults.clear();
    await expectNoRowFailed(thread, 80);
  });
});
