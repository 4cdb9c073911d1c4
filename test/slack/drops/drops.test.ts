import { describe, expect, it } from 'vitest';
import { createStage, csv, eventually } from '../support.ts';

describe.each(['socket', 'http'] as const)('a file that is dropped, in %s mode', (mode) => {
  it('becomes a batch whose thread answers, and is counted once although Slack sends it twice', async () => {
    await using stage = await createStage({ mode });
    const { workspace, desk } = stage;
    workspace.faults.duplicateEvents(1);
    const { ts, channel } = await workspace.drop({
      user: 'ada',
      channel: 'products',
      files: [csv()],
      text: 'these please',
    });
    const id = await workspace.waitFor(() => [...desk.batches.keys()][0]);
    expect(desk.batches.get(id)?.drop).toMatchObject({
      channel,
      threadTs: ts,
      user: workspace.people.ada.id,
      text: 'these please',
      addressed: false,
    });
    await workspace.redeliver();
    expect(desk.batches.size).toBe(1);
  });

  it('is sent again by Slack while it cannot be stored', async () => {
    await using stage = await createStage({ mode, ackTimeoutMs: 300 });
    const { workspace, desk } = stage;
    desk.away = true;
    await workspace.drop({ user: 'ada', channel: 'products', files: [csv()] });
    await eventually(() => desk.rejected).toBeGreaterThan(0);
    desk.away = false;
    await eventually(() => desk.batches.size).toBe(1);
    expect(workspace.events).toHaveLength(1);
  });
});

describe('what the bot makes of a message', () => {
  it('makes a batch of each table in it', async () => {
    await using stage = await createStage();
    await stage.workspace.drop({
      user: 'ada',
      channel: 'products',
      files: [csv('a.csv'), csv('b.tsv')],
    });
    await eventually(() => stage.desk.batches.size).toBe(2);
    const names = [...stage.desk.batches.values()].map(({ drop }) => drop.files[0]?.name);
    expect(names).toEqual(['a.csv', 'b.tsv']);
  });

  it('keeps quiet in a thread, until somebody mentions it there', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    const { ts } = await workspace.say({ user: 'ada', channel: 'products', text: 'look at this' });
    await workspace.drop({
      user: 'ada',
      channel: 'products',
      threadTs: ts,
      files: [csv('quiet.csv')],
    });
    await workspace.say({ user: 'ada', channel: 'products', threadTs: ts, text: 'hm' });
    await workspace.drop({
      user: 'ada',
      channel: 'products',
      threadTs: ts,
      files: [csv('loud.csv')],
      text: `<@${workspace.people.bot.id}>`,
    });
    await eventually(() => desk.batches.size).toBe(1);
    const [batch] = desk.batches.values();
    expect(batch?.drop).toMatchObject({ addressed: true, threadTs: ts });
    expect(batch?.drop.files[0]?.name).toBe('loud.csv');
  });

  it('says once that a file is of no use where it was asked, and nothing where it was not', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    const letter = { name: 'letter.pdf', bytes: Buffer.from('pdf'), mimetype: 'application/pdf' };
    const unasked = await workspace.drop({ user: 'ada', channel: 'products', files: [letter] });
    workspace.faults.duplicateEvents(1);
    const channel = workspace.channels.dm.wei.id;
    await workspace.drop({ user: 'wei', channel, files: [letter] });
    await eventually(() =>
      workspace.channelMessages(channel).filter((one) => one.text.includes('letter.pdf')),
    ).toHaveLength(1);
    expect(workspace.channelMessages(channel).at(-1)?.text).toContain('不是 CSV 文件');
    expect(workspace.thread('products', unasked.ts)).toHaveLength(1);
    expect(desk.batches.size).toBe(0);
  });

  it('begins with the file above when it is told to run, and not a second time for a bare mention', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    const { ts } = await workspace.drop({
      user: 'ada',
      channel: 'products',
      files: [csv()],
      text: 'x',
    });
    await eventually(() => desk.batches.size).toBe(1);
    const mention = `<@${workspace.people.bot.id}>`;
    await workspace.say({
      user: 'boss',
      channel: 'products',
      threadTs: ts,
      text: `${mention} run prompt: Describe {{name}}`,
    });
    await eventually(() => desk.batches.size).toBe(2);
    expect([...desk.batches.values()][1]?.drop).toMatchObject({
      user: workspace.people.boss.id,
      text: 'prompt: Describe {{name}}',
      threadTs: ts,
      addressed: true,
    });
    await workspace.say({ user: 'boss', channel: 'products', threadTs: ts, text: mention });
    await workspace.waitFor(() =>
      workspace.thread('products', ts).find(({ text }) => text.includes('•')),
    );
    expect(desk.batches.size).toBe(2);
  });

  it('runs an older message by its shortcut', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    const { ts } = await workspace.drop({ user: 'ada', channel: 'products', files: [csv()] });
    await eventually(() => desk.batches.size).toBe(1);
    await workspace.shortcut({
      user: 'boss',
      channel: 'products',
      messageTs: ts,
      callbackId: 'run_batch',
    });
    await eventually(() => desk.batches.size).toBe(2);
    expect([...desk.batches.values()][1]?.drop).toMatchObject({
      user: workspace.people.boss.id,
      addressed: true,
    });
    const plain = await workspace.say({ user: 'ada', channel: 'products', text: 'no file' });
    await workspace.shortcut({
      user: 'boss',
      channel: 'products',
      messageTs: plain.ts,
      callbackId: 'run_batch',
    });
    await workspace.waitFor(() =>
      workspace.ephemerals('boss').find(({ text }) => text.includes('no CSV, zip or picture')),
    );
    expect(desk.batches.size).toBe(2);
  });

  it('says in three lines what it does when it is invited, once', async () => {
    await using stage = await createStage();
    const { workspace } = stage;
    workspace.faults.duplicateEvents(1);
    await workspace.invite({ channel: 'random', user: 'wei' });
    const hello = await workspace.waitFor(() =>
      workspace.channelMessages('random').find(({ text }) => text.includes('/batch')),
    );
    expect(hello.text.split('\n')).toHaveLength(3);
    expect(hello.text).toContain('大家好');
  });
});
