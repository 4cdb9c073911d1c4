// What the bot answers, what it leaves alone, and that it answers once.

import { describe, expect, it } from 'vitest';
import { toText } from '../support/journey-thread.ts';
import { useJourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const world = useJourneyWorld({
  workspace: { shortcuts: [{ name: 'Run a batch', callbackId: 'run_batch' }] },
});

const prices = { name: 'prices.csv', text: 'sku,price\nA1,3\nA2,4\n' };

describe('a file that is not meant for the bot', () => {
  it('gets neither a message nor a reaction', async () => {
    const { drop, table, workspace } = world();
    const photo = { name: 'team.jpg', text: 'not looked at' };
    const left = [
      await drop({ files: [prices] }),
      await drop({ files: [photo] }),
      await drop({ text: 'yesterday', files: [prices, photo] }),
    ];
    const [first] = left;
    left.push(await drop({ threadTs: first?.ts ?? '', files: [table(3)] }));

    // What comes later is answered, so that the bot has had its time.
    const after = await drop({ channel: workspace.channels.dm.ada.id, files: [prices] });
    await after.saying(':x:');
    const meant = await drop({ files: [table(3)] });
    await meant.delivered();
    for (const thread of left) {
      expect(thread.replies()).toEqual([]);
      expect(thread.reactions()).toEqual([]);
    }
    expect(await world().batch('list')).not.toContain('prices.csv');
  });

  it('is answered when the bot is mentioned with it', async () => {
    const { drop } = world();
    const thread = await drop({ text: '@darkroom please', files: [prices] });
    const refusal = toText(await thread.saying(':x:'));
    expect(refusal).toContain('No column holds picture links');
    expect(refusal).toContain('sku');
    await until('the cross', () => thread.reactions().join() === 'x');
  });

  it('becomes a batch in a thread when the bot is mentioned with it', async () => {
    const { drop, say, table } = world();
    const thread = await say({ text: 'Which of these?' });
    await drop({ threadTs: thread.ts, text: '@darkroom', files: [table(4)] });
    const [{ results }] = await thread.delivered();
    expect(results.records).toHaveLength(4);
  });
});

describe('an event that comes twice', () => {
  it('is one batch, at the same moment and later', async () => {
    const { drop, sendAgain, table, workspace } = world();
    workspace.faults.duplicateEvents();
    const thread = await drop({ files: [table(5)] });
    await thread.delivered();
    await sendAgain(thread);
    const next = await drop({ files: [table(6)] });
    await next.delivered();
    expect(thread.deliveries()).toHaveLength(1);
    expect(thread.progress()).toHaveLength(1);
  });
});

describe('the same file from the same person', () => {
  it('is answered with a link to the batch that is running on it', async () => {
    const { drop, table, holdRowsAfter, model, batch } = world();
    const { held } = holdRowsAfter(0);
    const first = await drop({ files: [table(12)] });
    await held();
    const second = await drop({ files: [table(12)] });
    const answer = toText(await second.saying('already working on this very file'));
    expect(answer).toMatch(
      new RegExp(`<https?://[^|>]*${first.ts.replace('.', '')}[^|>]*\\|`, 'u'),
    );
    expect(second.progress()).toHaveLength(1);

    const other = await drop({ user: 'boss', files: [table(12)] });
    await other.saying('Stop');
    model.faults.clear();
    expect(await batch('cancel')).toContain('is being stopped');
    await first.delivered();
    await other.delivered();
    const again = await drop({ files: [table(12)] });
    await again.delivered();
  });
});

describe('an older message', () => {
  it('becomes a batch by its shortcut, for the person who used it', async () => {
    const { drop, table, workspace } = world();
    await workspace.removeBot({ channel: 'products' });
    const thread = await drop({ user: 'wei', files: [table(5)] });
    await workspace.invite({ channel: 'products' });
    const place = { channel: thread.channel, messageTs: thread.ts };
    await workspace.shortcut({ user: 'ada', ...place, callbackId: 'run_batch' });
    const [{ text }] = await thread.delivered();
    expect(text).toContain(`<@${workspace.people.ada.id}>`);
    const told = workspace.ephemerals('ada').map(toText);
    expect(told.some((line) => line.includes('I begin with *products.csv*'))).toBe(true);
  });

  it('becomes a batch by a mention below it', async () => {
    const { drop, say, table, workspace } = world();
    await workspace.removeBot({ channel: 'products' });
    const thread = await drop({ files: [table(5)] });
    await workspace.invite({ channel: 'products' });
    await say({ text: '@darkroom run', threadTs: thread.ts });
    const [{ results }] = await thread.delivered();
    expect(results.records).toHaveLength(5);
  });
});

describe('a channel that the bot is invited into', () => {
  it('is told in three lines what the bot does, once', async () => {
    const { workspace, drop, table } = world();
    const hello = () =>
      workspace
        .channelMessages('random')
        .filter(({ user, subtype }) => user === workspace.people.bot.id && subtype === undefined)
        .filter(({ thread_ts: thread }) => thread === undefined);
    await workspace.invite({ channel: 'random', user: 'ada' });
    await until('the hello', () => hello().length > 0);
    await workspace.removeBot({ channel: 'random' });
    await workspace.invite({ channel: 'random', user: 'ada' });
    const thread = await drop({ channel: 'random', files: [table(2)] });
    await thread.delivered();
    expect(hello().map((message) => toText(message).split('\n').length)).toEqual([3]);
  });
});

describe('/batch', () => {
  it('lists the batches of the channel, the newest first', async () => {
    const { drop, table, batch } = world();
    const thread = await drop({ files: [table(2, 'for-the-list.csv')] });
    await thread.delivered();
    const lines = (await batch('list')).split('\n');
    await until('it has ended', () => thread.reactions().join() === 'white_check_mark');
    expect(lines[1]).toContain('for-the-list.csv');
    expect(await batch('list', { channel: 'random' })).not.toContain('for-the-list.csv');
  });

  it('tells how far a batch is, and which there is none', async () => {
    const { drop, table, batch, holdRowsAfter } = world();
    const { held } = holdRowsAfter(5);
    const thread = await drop({ text: 'cache: off', files: [table(30, 'slow.csv')] });
    await held();
    expect(await batch('status')).toMatch(/\*\d+\* · slow\.csv · working: 5 of 30 rows done/u);
    expect(await batch('status 999999')).toContain('no batch 999999');
    expect(await batch('cancel')).toContain('is being stopped');
    await thread.delivered();
    const id = /\*(\d+)\*/u.exec(await batch('list'))?.[1] ?? '';
    await until('it has ended', () => thread.reactions().join() === 'octagonal_sign');
    expect(await batch(`status ${id}`)).toContain('stopped: 5 of 30 rows done');
  });

  it('explains itself, also in Chinese, and where it is misspelt', async () => {
    const { batch } = world();
    expect(await batch('help')).toContain('`/batch cancel 142`');
    expect(await batch('帮助', { user: 'wei' })).toContain('`/batch 取消 142`');
    expect(await batch('statsu')).toContain('Did you mean "status"?');
  });
});

describe('@darkroom in a thread', () => {
  it('tells how far its batch is', async () => {
    const { drop, say, table, holdRowsAfter, batch } = world();
    const { held } = holdRowsAfter(3);
    const thread = await drop({ text: 'cache: off', files: [table(20)] });
    await held();
    await say({ user: 'boss', text: '@darkroom status', threadTs: thread.ts });
    await thread.saying(/· working: 3 of 20 rows done/u);
    expect(await batch('cancel')).toContain('is being stopped');
    await thread.delivered();
  });
});
