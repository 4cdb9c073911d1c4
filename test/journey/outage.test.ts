// The model server is away for hours: the thread gets the results so far, the operators are told, and a
// batch that waits too long ends with what it has. Hours pass by making the beginnings earlier.

import { describe, expect, it } from 'vitest';
import { toText, type Thread } from '../support/journey-thread.ts';
import { startOwnWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const timeout = 150_000;
const recoveryMs = 60_000;
const hourMs = 3_600_000;
/** #random. */
const settings = { OPS_CHANNEL: 'C000RANDOM1' };

/** A batch of 120 rows in whose middle the model server went away. */
async function dropAndLose({ drop, table, model }: JourneyWorld): Promise<Thread> {
  model.faults.next({ matching: 'sku: S', slowMs: 200 }, 120);
  const thread = await drop({ files: [table(120)] });
  await until('some rows are answered', () => model.calls.length > 30);
  await model.faults.away(true);
  await thread.saying('Waiting since', recoveryMs);
  return thread;
}

/** The outage and the waiting of batch 1 began so much earlier. */
async function pass({ redis }: JourneyWorld, ms: number): Promise<void> {
  await redis.rewind({ key: 'batch:1:record', field: 'waitsSinceMs', ms });
}

/** Besides Slack's own word that the bot has joined. */
function inOpsChannel({ workspace }: JourneyWorld): readonly string[] {
  const texts = workspace.channelMessages('random').map(toText);
  return texts.filter((text) => !text.includes('has joined the channel'));
}

describe.concurrent('a model server that is away for hours', { timeout }, () => {
  it('gives the thread the results so far once, over a crash too, and the whole file at the end', async (test) => {
    await using world = await startOwnWorld(test, { settings });
    const thread = await dropAndLose(world);
    await pass(world, hourMs);
    const [file] = await until(
      'the results so far',
      () => thread.soFar().length > 0 && thread.soFar(),
    );
    const statuses = file?.records.map((row) => row['status']) ?? [];
    expect(statuses).toHaveLength(120);
    expect(new Set(statuses)).toEqual(new Set(['done', 'pending']));
    expect(file?.name).toBe('products.so-far.csv');
    expect(toText(await thread.saying('so here is what'))).toContain('<@U000000ADA1>');

    await world.killBot();
    await world.startBot();
    await world.model.faults.away(false);
    const [{ results }] = await thread.delivered(1, recoveryMs);
    expect(results.records.map((row) => row['status'])).toEqual(Array(120).fill('done'));
    expect(thread.soFar()).toHaveLength(1);
  });

  it('ends the batch after MODEL_MAX_OUTAGE with what it has, and says what to do', async (test) => {
    await using world = await startOwnWorld(test, { settings });
    const thread = await dropAndLose(world);
    await pass(world, 23 * hourMs);
    await until('the results so far', () => thread.soFar().length > 0);
    expect(thread.deliveries()).toEqual([]);
    await pass(world, hourMs);
    const [{ results, todo, text }] = await thread.delivered();
    const open = results.records.filter((row) => row['status'] !== 'done');
    expect(results.records).toHaveLength(120);
    expect(open.length).toBeGreaterThan(0);
    for (const row of open) {
      expect(row).toMatchObject({ status: 'cancelled', error_code: 'E_MODEL_UNAVAILABLE' });
    }
    expect(todo?.records).toHaveLength(open.length);
    expect(text).toContain('has ended early: the model server could not be used for 24 h');
    expect(text).toContain('to go on with');
    await thread.saying('Ended early');
  });

  it('is told to the operators when it has lasted, and again when it is over', async (test) => {
    await using world = await startOwnWorld(test, { settings });
    await world.workspace.invite({ channel: 'random' });
    const greeting = await until('the bot is there', () => inOpsChannel(world)[0]);
    const thread = await dropAndLose(world);
    expect(inOpsChannel(world)).toEqual([greeting]);
    await world.redis.rewind({ key: 'endpoint', field: 'sinceMs', ms: 2 * hourMs });
    const began = (): boolean =>
      inOpsChannel(world).some((text) => text.includes('no model server'));
    await until('the operators are told', began);
    expect(inOpsChannel(world).join('\n')).toMatch(/1 batch with \d+ rows waits/u);
    await world.model.faults.away(false);
    await thread.delivered(1, recoveryMs);
    await until('and of the end', () => inOpsChannel(world).length > 2);
    expect(inOpsChannel(world)).toHaveLength(3);
    expect(inOpsChannel(world).join('\n')).toContain('answers again, after about 2 h');
  });
});
