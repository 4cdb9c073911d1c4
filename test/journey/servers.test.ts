// Two model servers behind one bot: rows go to both, and to the other one when one of them is gone.

import { describe, expect, it } from 'vitest';
import { toText, type Thread } from '../support/journey-thread.ts';
import { startOwnWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const timeout = 240_000;
const recoveryMs = 60_000;

type Call = JourneyWorld['model']['calls'][number];

function isAnsweredRow({ rowText, result }: Call): boolean {
  return rowText.includes('sku: S') && result === 200;
}

/** Answers of each server to rows so far. */
function answers({ models }: JourneyWorld): readonly number[] {
  return models.map(({ calls }) => calls.filter(isAnsweredRow).length);
}

function isComplaint(line: string): boolean {
  return line.includes('check VLLM_URL');
}

/** A batch of which both servers have answered some rows. */
async function begin(world: JourneyWorld, rows: number): Promise<Thread> {
  for (const { faults } of world.models) faults.next({ matching: 'sku: S', slowMs: 150 }, rows);
  const thread = await world.drop({ files: [world.table(rows)] });
  await until('both answer rows', () => answers(world).every((count) => count > 5), recoveryMs);
  return thread;
}

async function expectAllDone(thread: Thread, rows: number): Promise<void> {
  const [{ results }] = await thread.delivered(1, recoveryMs);
  expect(results.records.map((row) => row['status'])).toEqual(Array(rows).fill('done'));
  expect(new Set(results.records.map((row) => row['sku'])).size).toBe(rows);
}

/** Every text that the bot ever posted or edited, also those that were edited away. */
function everSaid({ workspace }: JourneyWorld): string {
  return JSON.stringify(workspace.calls.filter(({ method }) => method.startsWith('chat.')));
}

describe.concurrent('two model servers', { timeout }, () => {
  it('of which one is killed: the other goes on, no row fails, and nobody waits', async (test) => {
    await using world = await startOwnWorld(test, { models: 2 });
    const thread = await begin(world, 150);
    const [, killed] = world.models;
    await killed?.faults.away(true);
    await expectAllDone(thread, 150);
    expect(everSaid(world)).not.toContain('Waiting since');
    const line = world.bot().log.find((each) => each.includes('is left alone until'));
    expect(line).toContain(`"endpoint":"127.0.0.1:${killed?.port}"`);
  });

  it('that are both gone pause the batch, and one that is back goes on with it', async (test) => {
    await using world = await startOwnWorld(test, { models: 2 });
    const thread = await begin(world, 150);
    for (const { faults } of world.models) await faults.away(true);
    const waiting = await thread.saying('Waiting since', recoveryMs);
    expect(toText(waiting)).toContain('the model server');
    expect(everSaid(world)).toContain('Waiting since');
    expect(thread.deliveries()).toEqual([]);
    await world.model.faults.away(false);
    await expectAllDone(thread, 150);
  });

  it('of which one refuses the key: the other does it all, and the log names the first', async (test) => {
    await using world = await startOwnWorld(test, { models: 2 });
    const [, refusing] = world.models;
    refusing?.faults.next({ status: 401 }, Infinity);
    const thread = await world.drop({ files: [world.table(60)] });
    await expectAllDone(thread, 60);
    expect(everSaid(world)).not.toContain('Waiting since');
    const name = `"endpoint":"127.0.0.1:${refusing?.port}"`;
    await until('the log complains', () => world.bot().log.some(isComplaint));
    const complaints = world.bot().log.filter(isComplaint);
    expect(complaints.filter((line) => !line.includes(name))).toEqual([]);
  });

  it('of which one is taken out of the settings while all are away', async (test) => {
    await using world = await startOwnWorld(test, { models: 2 });
    const thread = await begin(world, 100);
    for (const { faults } of world.models) await faults.away(true);
    await thread.saying('Waiting since', recoveryMs);
    const [kept] = world.models;
    await world.bot().stop();
    await world.startBot({ VLLM_URL: kept?.url ?? '' });
    await kept?.faults.away(false);
    await expectAllDone(thread, 100);
    expect(everSaid(world)).toContain('Waiting since');
  });
});
