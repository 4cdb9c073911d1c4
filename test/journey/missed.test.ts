// Slack has given up on events that nobody took: what the bot makes of it when it is back.

import { describe, expect, it } from 'vitest';
import { toText } from '../support/journey-thread.ts';
import { startOwnWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const timeout = 150_000;
const minuteMs = 60_000;
const guest = 'guest';
const askAll = 'cache: off';

/** The bot dies, and has been away for an hour; what comes until it is back, nobody is sent. */
async function goAway({ killBot, redis, workspace }: JourneyWorld): Promise<void> {
  await killBot();
  workspace.faults.loseEvents();
  for (const field of ['connectedMs', 'heardMs', 'sweptMs']) {
    await redis.rewind({ key: 'presence', field, ms: 60 * minuteMs });
  }
}

/** Settles when the bot is back and has looked through all channels. */
async function comeBack({ startBot, workspace }: JourneyWorld): Promise<void> {
  workspace.faults.clear();
  const before = workspace.calls.length;
  await startBot();
  const { products, dm } = workspace.channels;
  const channels = [products, ...Object.values(dm)].length;
  await until(
    'all channels are looked through',
    () => {
      const calls = workspace.calls.slice(before);
      const reads = calls.filter(({ method, ok }) => method === 'conversations.history' && ok);
      return reads.length >= channels;
    },
    60_000,
  );
}

describe.concurrent('a file that was dropped while nobody was there for long', { timeout }, () => {
  it('runs once when the bot is back, and its thread says why so late', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, model, sendAgain } = world;
    await goAway(world);
    const thread = await drop({ files: [table(10)], sentMs: Date.now() - 30 * minuteMs });
    model.faults.next({ matching: 'sku: S', slowMs: 6_000 }, 10);
    await comeBack(world);
    await thread.saying('I was offline when this was dropped');
    const [{ results }] = await thread.delivered(1, 60_000);
    expect(results.records).toHaveLength(10);

    await sendAgain(thread);
    await goAway(world);
    await comeBack(world);
    await until('the eyes give way', () => thread.reactions().join() === 'white_check_mark');
    expect(thread.progress().map(toText).join()).not.toContain('offline');
    expect(thread.deliveries()).toHaveLength(1);
    expect(thread.progress()).toHaveLength(1);
  });

  it('is taken once also where it was purged since, or Slack brings the event after all', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, batch, workspace, sendAgain, model } = world;
    await goAway(world);
    const sentMs = Date.now() - 30 * minuteMs;
    const thread = await drop({ text: askAll, files: [table(5)], sentMs });
    await comeBack(world);
    await thread.delivered(1, 60_000);
    const isOver = () => thread.reactions().join() === 'white_check_mark';
    await until('the eyes give way', isOver);
    await batch('purge 1');
    const question = await until('the question', () =>
      workspace.ephemerals('ada').find(({ text }) => text.includes('Shall I delete')),
    );
    const button = { messageTs: question.ts, actionId: 'purge_batch' };
    await workspace.click({ user: 'ada', channel: 'products', ...button });
    await thread.saying('was deleted by');
    const asked = model.calls.length;
    await goAway(world);
    await comeBack(world);
    await sendAgain(thread);
    const next = await drop({ text: askAll, files: [table(1, 'next.csv')] });
    await next.delivered();
    expect(thread.deliveries()).toEqual([]);
    expect(thread.replies()).toHaveLength(1);
    expect(
      model.calls.slice(asked).filter(({ rowText }) => rowText.includes('sku: S')),
    ).toHaveLength(1);
  });

  it('is refused to guests as ever, to them alone', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, workspace } = world;
    await goAway(world);
    const sentMs = Date.now() - 30 * minuteMs;
    const thread = await drop({ user: guest, files: [table(5)], sentMs });
    await comeBack(world);
    await until('the guest is told', () => workspace.ephemerals(guest).length === 1);
    await goAway(world);
    await comeBack(world);
    expect(workspace.ephemerals(guest)).toHaveLength(1);
    expect(thread.replies()).toEqual([]);
  });

  it('is left where Redis was emptied, and those after are taken', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, workspace, redis, killBot, startBot, model } = world;
    const thread = await drop({ files: [table(5)] });
    await thread.delivered();
    await killBot();
    workspace.faults.loseEvents();
    const missed = await drop({ text: askAll, files: [table(5, 'missed.csv')] });
    await redis.flush();
    const asked = model.calls.length;
    await startBot();
    workspace.faults.clear();
    const next = await drop({ text: askAll, files: [table(1, 'next.csv')] });
    await next.delivered();
    await until('the channels are looked through', () =>
      workspace.calls.some(({ method }) => method === 'conversations.history'),
    );
    expect(missed.replies()).toEqual([]);
    expect(thread.deliveries()).toHaveLength(1);
    expect(
      model.calls.slice(asked).filter(({ rowText }) => rowText.includes('sku: S')),
    ).toHaveLength(1);
  });
});

describe('a batch during which nobody was there for long', { timeout }, () => {
  it('says so until it ends', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, holdRowsAfter, model, startBot } = world;
    const { held } = holdRowsAfter(5);
    const thread = await drop({ files: [table(20)] });
    await held();
    await thread.saying('of 20 rows done');
    await goAway(world);
    // As if it had begun before.
    await world.redis.rewind({ key: 'batch:1:record', field: 'createdMs', ms: 90 * minuteMs });
    world.workspace.faults.clear();
    model.faults.clear();
    model.faults.next({ matching: 'sku: S', slowMs: 6_000 }, 20);
    await startBot();
    await thread.saying(/I was offline from .+ to .+\. Nothing was lost\./u);
    await thread.delivered(1, 60_000);
    await until('the line goes', () => !thread.progress().map(toText).join().includes('offline'));
    expect(thread.progress()).toHaveLength(1);
  });
});
