// Stopping a batch, in each of the ways that there are, and by whom.

import { describe, expect, it } from 'vitest';
import { toText, type Thread } from '../support/journey-thread.ts';
import { useJourneyWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const world = useJourneyWorld();

/** Rows that were answered in an earlier test would not come to the model server. */
const askAll = 'cache: off';

/** The number that people use for the batch of a thread. */
async function batchIn(thread: Thread): Promise<string> {
  const progress = await thread.saying('Stop');
  return /Batch (\d+)/u.exec(toText(progress))?.[1] ?? '';
}

/** A batch of 60 rows of which 12 are answered and some are at the model server. */
async function startHeldBatch({ drop, table, holdRowsAfter }: JourneyWorld): Promise<Thread> {
  const { held } = holdRowsAfter(12);
  const thread = await drop({ text: askAll, files: [table(60)] });
  await held();
  await until('the progress message', () => thread.progress().length > 0);
  return thread;
}

/** What a stopped batch must have come to: what was answered, and nothing still under way. */
async function expectPartialResults(thread: Thread, { model }: JourneyWorld): Promise<void> {
  const [{ text, results, todo }] = await thread.delivered();
  expect(model.running(), 'requests that are still at the model server').toBe(0);
  const { records } = results;
  expect(records).toHaveLength(60);
  const done = records.filter((row) => row['status'] === 'done');
  const cancelled = records.filter((row) => row['status'] === 'cancelled');
  expect([done.length, cancelled.length]).toEqual([12, 48]);
  expect(todo?.records.map((row) => row['sku'])).toEqual(cancelled.map((row) => row['sku']));
  expect(text).toContain('12 of 60 rows done, 48 not worked on');
  const aborted = model.calls.filter(({ fault }) => fault?.hang === true);
  expect(aborted.length).toBeGreaterThan(0);
  expect(new Set(aborted.map(({ result }) => result))).toEqual(new Set(['disconnected']));
  await until('the sign', () => thread.reactions().join() === 'octagonal_sign');
}

describe('a running batch', () => {
  it('is stopped by its button, and what is finished is delivered', async () => {
    const thread = await startHeldBatch(world());
    const [progress] = thread.progress();
    const { channel } = thread;
    const messageTs = progress?.ts ?? '';
    const button = { user: 'ada', channel, messageTs, actionId: 'stop_batch' };
    await world().workspace.click(button);
    await expectPartialResults(thread, world());
    expect(thread.progress()).toHaveLength(1);
  });

  it('is stopped by the slash command', async () => {
    const thread = await startHeldBatch(world());
    expect(await world().batch('cancel')).toContain('is being stopped');
    await expectPartialResults(thread, world());
  });

  it('is stopped by a mention in its thread', async () => {
    const thread = await startHeldBatch(world());
    await world().say({ text: '@darkroom stop', threadTs: thread.ts });
    const answer = await thread.saying('is being stopped');
    expect(answer.thread_ts).toBe(thread.ts);
    await expectPartialResults(thread, world());
  });

  it('is stopped by an admin, but by nobody else', async () => {
    const { batch, workspace, model } = world();
    const thread = await startHeldBatch(world());
    const id = await batchIn(thread);
    expect(await batch(`cancel ${id}`, { user: 'wei' })).toContain(`批次 ${id}`);
    expect(await batch(`cancel ${id}`, { user: 'guest' })).toContain('Only the person who dropped');

    const [progress] = thread.progress();
    const button = {
      channel: thread.channel,
      messageTs: progress?.ts ?? '',
      actionId: 'stop_batch',
    };
    await workspace.click({ user: 'guest', ...button });
    const refusals = () => workspace.ephemerals('guest').filter(({ via }) => via === 'api');
    await until('the guest is told', () => refusals().length > 0);
    expect(model.running()).toBeGreaterThan(0);

    expect(await batch(`cancel ${id}`, { user: 'boss' })).toContain('is being stopped');
    await expectPartialResults(thread, world());
    const [delivery] = thread.deliveries();
    expect(delivery?.text).toContain(`<@${workspace.people.boss.id}>`);
    expect(await batch(`cancel ${id}`)).toContain('already ended');
  });

  it('is chosen from a menu by a person who has several', async () => {
    const { workspace, drop, table, holdRowsAfter } = world();
    const { held } = holdRowsAfter(0);
    const first = await drop({ text: askAll, files: [table(5, 'lamps.csv')] });
    const second = await drop({ text: askAll, files: [table(6, 'mugs.csv')] });
    await held();
    await Promise.all([batchIn(first), batchIn(second)]);
    const command = { user: 'ada', channel: 'products', command: '/batch', text: 'cancel' };
    const [choice] = await workspace.slash(command);
    expect(choice?.text).toContain('Which one');
    const id = await batchIn(first);
    const menu = { messageTs: choice?.ts ?? '', actionId: 'choose_batch', value: id };
    await workspace.click({ user: 'ada', channel: 'products', ...menu });
    const [{ results }] = await first.delivered();
    expect(results.records.map((row) => row['status'])).toEqual(Array(5).fill('cancelled'));
    expect(second.deliveries()).toEqual([]);
    expect(await world().batch('cancel')).toContain('is being stopped');
    await second.delivered();
  });
});
