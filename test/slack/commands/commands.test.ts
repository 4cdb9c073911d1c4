import { describe, expect, it } from 'vitest';
import { createStage, eventually, withBatch, type Stage } from '../support.ts';

async function say(stage: Stage, user: string, text: string): Promise<string> {
  const replies = await stage.workspace.slash({
    user,
    channel: 'products',
    command: '/batch',
    text,
  });
  return replies.map((reply) => reply.text).join('\n');
}

describe('the slash command', () => {
  it('helps in the language of the person, also when nothing is typed', async () => {
    await using stage = await createStage();
    expect(await say(stage, 'ada', '')).toContain('/batch cancel 142');
    expect(await say(stage, 'wei', '帮助')).toContain('/batch 取消 142');
  });

  it('names the nearest command for a misspelt one', async () => {
    await using stage = await createStage();
    expect(await say(stage, 'ada', 'statsu 142')).toContain('Did you mean "status"?');
    expect(await say(stage, 'ada', 'frobnicate <!channel>')).toContain(
      'I do not know "frobnicate"',
    );
  });

  it('lists batches with their numbers, states and links, and says so where there is none', async () => {
    await using stage = await createStage();
    expect(await say(stage, 'ada', 'list')).toContain('no batch in this channel yet');
    await withBatch(stage);
    const list = await say(stage, 'ada', 'list');
    expect(list).toContain('*142*');
    expect(list).toContain('120 of 400 rows done');
    expect(list).toMatch(/<https?:\/\/[^|>]+\|open the thread>/);
  });

  it('says how to invite it in a channel that it is not in', async () => {
    await using stage = await createStage();
    const replies = await stage.workspace.slash({
      user: 'ada',
      channel: 'random',
      command: '/batch',
      text: 'list',
    });
    expect(replies[0]?.text).toContain('/invite');
  });

  it('answers for the batch of another channel as if it did not exist', async () => {
    await using stage = await createStage();
    const batch = await withBatch(stage);
    const ask = async (text: string): Promise<string | undefined> =>
      (await stage.workspace.slash({ user: 'ada', channel: 'random', command: '/batch', text }))[0]
        ?.text;
    const foreign = await ask(`cancel ${batch.id}`);
    const missing = await ask('cancel 999');
    expect(foreign?.replace(batch.id, 'N')).toBe(missing?.replace('999', 'N'));
    expect(stage.desk.cancelled).toEqual([]);
  });

  it('stops the own running batch without a number, and offers a choice among several', async () => {
    await using stage = await createStage();
    expect(await say(stage, 'ada', 'cancel')).toContain('You have no running batch here');
    await withBatch(stage);
    await withBatch(stage, { id: '143' });
    expect(await say(stage, 'ada', '“cancel”')).toContain('Which one');
    const [choice] = stage.workspace.ephemerals('ada').slice(-1);
    await stage.workspace.click({
      user: 'ada',
      channel: 'products',
      messageTs: choice?.ts ?? '',
      actionId: 'choose_batch',
      value: '143',
    });
    await eventually(() => stage.desk.cancelled).toEqual([
      { id: '143', by: stage.workspace.people.ada.id },
    ]);
    stage.desk.change('143', { state: 'cancelled' });
    expect(await say(stage, 'ada', 'cancel')).toContain('Batch 142 is being stopped');
  });

  it('without a number tells of all own running batches, and of nobody else’s', async () => {
    await using stage = await createStage();
    await withBatch(stage);
    await withBatch(stage, { id: '143' });
    const other = await withBatch(stage, { id: '144' });
    const drop = { ...other.drop, user: stage.workspace.people.wei.id };
    stage.desk.batches.set('144', { ...other, drop });
    const told = await say(stage, 'ada', 'status');
    expect(told).toContain('*142*');
    expect(told).toContain('*143*');
    expect(told).not.toContain('*144*');
  });

  it('promises no file for a batch that is stopped while its file is read', async () => {
    await using stage = await createStage();
    await withBatch(stage, { state: 'reading' });
    const told = await say(stage, 'ada', 'cancel');
    expect(told).toContain('still being read');
    expect(told).not.toContain('comes as a file');
  });

  it('lets only the person who asked and admins stop a batch', async () => {
    await using stage = await createStage();
    await withBatch(stage);
    expect(await say(stage, 'wei', '取消 142')).toContain(
      '只有发送文件的人、Darkroom 管理员或工作区管理员',
    );
    expect(stage.desk.cancelled).toEqual([]);
    expect(await say(stage, 'boss', 'cancel #142')).toContain('being stopped');
    stage.desk.change('142', { state: 'done' });
    expect(await say(stage, 'boss', 'cancel 142')).toContain('already ended');
  });

  it.each(['cancel abc', 'status -1', 'status 1e9', 'cancel 😀'])(
    'says what a number looks like for "%s"',
    async (text) => {
      await using stage = await createStage();
      expect(await say(stage, 'ada', text)).toContain('Numbers look like 142');
    },
  );

  it('asks for patience while the store is away', async () => {
    await using stage = await createStage();
    stage.desk.away = true;
    expect(await say(stage, 'ada', 'list')).toContain('Try again in a minute');
  });
});

describe('a mention', () => {
  it('tells in the thread how the batch stands, and stops it for its owner', async () => {
    await using stage = await createStage();
    const { workspace } = stage;
    const { drop } = await withBatch(stage);
    const thread = { channel: 'products', threadTs: drop.threadTs };
    const mention = `<@${workspace.people.bot.id}>`;
    await workspace.say({ user: 'wei', ...thread, text: `${mention} 状态` });
    await workspace.waitFor(() =>
      workspace
        .thread('products', drop.threadTs)
        .find(({ text }) => text.includes('处理中：共 400 行，已完成 120 行')),
    );
    await workspace.say({ user: 'wei', ...thread, text: `${mention} stop` });
    await workspace.waitFor(() =>
      workspace.ephemerals('wei').find(({ text }) => text.includes('只有发送文件的人')),
    );
    const seenByAll = workspace.thread('products', drop.threadTs);
    expect(seenByAll.filter(({ text }) => text.includes('只有'))).toEqual([]);
    expect(stage.desk.cancelled).toEqual([]);
    await workspace.say({ user: 'ada', ...thread, text: `${mention} stop!` });
    await eventually(() => stage.desk.cancelled).toHaveLength(1);
  });

  it('of something unknown is answered for that person alone', async () => {
    await using stage = await createStage();
    const { workspace } = stage;
    const mention = `<@${workspace.people.bot.id}>`;
    await workspace.say({ user: 'ada', channel: 'products', text: `${mention} dance` });
    const answer = await workspace.waitFor(() =>
      workspace.ephemerals('ada').find(({ text }) => text.includes('I do not know "dance"')),
    );
    expect(answer.thread_ts).toBeDefined();
  });

  it.each(['chat.postMessage', 'chat.postEphemeral'])(
    'is answered later where Slack limits %s for now',
    async (method) => {
      await using stage = await createStage();
      const { workspace } = stage;
      workspace.faults.next(method, { status: 429, retryAfter: 1 });
      const mention = `<@${workspace.people.bot.id}>`;
      const text = method === 'chat.postMessage' ? `${mention} help` : `${mention} dance`;
      const { ts } = await workspace.say({ user: 'ada', channel: 'products', text });
      const answers = (): number =>
        workspace.thread('products', ts).length - 1 + workspace.ephemerals('ada').length;
      await eventually(answers).toBe(1);
      const calls = workspace.calls.filter((call) => call.method === method);
      expect(calls.map(({ status }) => status)).toEqual([429, 200]);
    },
  );

  it('is not needed in a direct message', async () => {
    await using stage = await createStage();
    const { workspace } = stage;
    const channel = workspace.channels.dm.wei.id;
    await workspace.say({ user: 'wei', channel, text: '帮助' });
    const answer = await workspace.waitFor(() =>
      workspace.channelMessages(channel).find(({ text }) => text.includes('使用方法')),
    );
    expect(answer.thread_ts).toBeUndefined();
  });
});

describe.each(['socket', 'http'] as const)('the stop button, in %s mode', (mode) => {
  it('stops the batch for its owner, and tells others why it does not', async () => {
    await using stage = await createStage({ mode });
    const { workspace } = stage;
    const { drop } = await withBatch(stage);
    const message = await workspace.waitFor(() => workspace.thread('products', drop.threadTs)[1]);
    const click = { channel: 'products', messageTs: message.ts, actionId: 'stop_batch' };
    await workspace.click({ user: 'wei', ...click });
    await workspace.waitFor(() =>
      workspace.ephemerals('wei').find(({ text }) => text.includes('工作区管理员')),
    );
    expect(stage.desk.cancelled).toEqual([]);
    await workspace.click({ user: 'ada', ...click });
    await eventually(() => stage.desk.cancelled).toHaveLength(1);
  });

  it('of an old message explains that the batch has ended', async () => {
    await using stage = await createStage({ mode });
    const { workspace, desk } = stage;
    const { drop } = await withBatch(stage);
    const message = await workspace.waitFor(() => workspace.thread('products', drop.threadTs)[1]);
    desk.change('142', { state: 'done' });
    await workspace.click({
      user: 'ada',
      channel: 'products',
      messageTs: message.ts,
      actionId: 'stop_batch',
    });
    await workspace.waitFor(() =>
      workspace.ephemerals('ada').find(({ text }) => text.includes('already ended')),
    );
    expect(desk.cancelled).toEqual([]);
  });
});
