// Approving, pausing, resuming and purging batches, by command, mention and button.

import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../src/batch/batch.ts';
import { noCounts } from '../../../src/batch/batch.ts';
import type { Rules } from '../../../src/config/rules.ts';
import type { Message } from '../../../src/sandbox/workspace/slack-objects.ts';
import { createStage, eventually, withBatch, type Stage } from '../support.ts';

const large = { ...noCounts, total: 30_000, pending: 30_000 };

const waiting: Partial<Batch> = {
  state: 'paused',
  pause: { reason: 'approval', sinceMs: Date.now() },
  counts: large,
  faultGroups: [],
  estimateSeconds: 3 * 3600,
};

/** Bea is the operator; operators are asked in #random, where the bot is. */
async function createOpsStage(rules: Partial<Rules> = {}): Promise<Stage> {
  const stage = await createStage({
    rules: { operators: ['U00000BOSS1'], opsChannel: 'C000RANDOM1', ...rules },
  });
  await stage.workspace.invite({ channel: 'random' });
  return stage;
}

/** `who` is a name, or a name and a channel: `boss in random`. */
async function say(stage: Stage, who: string, text: string): Promise<string> {
  const [user = '', channel = 'products'] = who.split(' in ');
  const replies = await stage.workspace.slash({ user, channel, command: '/batch', text });
  return replies.map((reply) => reply.text).join('\n');
}

async function findAsked({ workspace }: Stage, channel: string, text: string): Promise<Message> {
  return workspace.waitFor(() =>
    workspace.channelMessages(channel).find((message) => message.text.includes(text)),
  );
}

function actionsOf({ blocks = [] }: Message): readonly string[] {
  const elements = blocks.flatMap((block) => {
    const found = block['elements'];
    return Array.isArray(found)
      ? found.map((element: unknown) => Reflect.get(Object(element), 'action_id'))
      : [];
  });
  return elements.filter((action) => typeof action === 'string');
}

describe('a batch that waits for an operator', () => {
  it('is shown to the operators with rows, hours and uploader, and runs when one approves', async () => {
    await using stage = await createOpsStage();
    const { workspace, desk } = stage;
    const { drop } = await withBatch(stage, waiting);
    const asked = await findAsked(stage, 'random', 'waits for an approval');
    expect(asked.text).toContain('30,000 rows, about 3 h of work');
    expect(asked.text).toContain(`<@${drop.user}>`);
    expect(asked.text).toContain('|open the thread>');
    expect(asked.text).toContain('<@U00000BOSS1>');
    const click = { channel: 'random', messageTs: asked.ts, actionId: 'approve_batch' };
    await workspace.click({ user: 'boss', ...click });
    await eventually(() => desk.batches.get('142')?.approvedBy).toBe(workspace.people.boss.id);
    await eventually(() => findText(stage, 'random', asked.ts)).toContain('Approved by');
    expect(
      actionsOf(workspace.channelMessages('random').find(({ ts }) => ts === asked.ts) ?? asked),
    ).toEqual([]);
    await eventually(() => workspace.thread('products', drop.threadTs)[1]?.text).toContain(
      'Approved by',
    );
  });

  it('is not approved by others, nor twice, and they hear why', async () => {
    await using stage = await createOpsStage();
    const { workspace, desk } = stage;
    await withBatch(stage, waiting);
    const asked = await findAsked(stage, 'random', 'waits for an approval');
    const click = { channel: 'random', messageTs: asked.ts, actionId: 'approve_batch' };
    await workspace.click({ user: 'ada', ...click });
    await workspace.waitFor(() =>
      workspace.ephemerals('ada').find(({ text }) => text.includes('Only an operator')),
    );
    expect(desk.batches.get('142')?.approvedBy).toBeUndefined();
    await workspace.click({ user: 'boss', ...click });
    await eventually(() => desk.batches.get('142')?.approvedBy).toBeDefined();
    await workspace.click({ user: 'boss', ...click }).catch(() => undefined);
    expect(await say(stage, 'boss', 'resume 142')).toContain('is not paused');
  });

  it('is asked about in its thread where operators have no channel, or Darkroom is not in it', async () => {
    for (const opsChannel of [undefined, 'C0ELSEWHERE']) {
      await using stage = await createStage({
        rules: { operators: ['U00000BOSS1'], ...(opsChannel === undefined ? {} : { opsChannel }) },
      });
      const { workspace } = stage;
      const { drop } = await withBatch(stage, waiting);
      const asked = await workspace.waitFor(() =>
        workspace
          .thread('products', drop.threadTs)
          .find(({ text }) => text.includes('approve or decline')),
      );
      expect(asked.text).toContain('<@U00000BOSS1>');
      expect(actionsOf(asked)).toEqual(['approve_batch', 'decline_batch']);
      await workspace.click({
        user: 'wei',
        channel: 'products',
        messageTs: asked.ts,
        actionId: 'decline_batch',
      });
      await workspace.waitFor(() =>
        workspace.ephemerals('wei').find(({ text }) => text.includes('只有 Darkroom 管理员')),
      );
    }
  });

  it('says what an administrator has to set where nobody can approve it', async () => {
    await using stage = await createStage();
    const { workspace } = stage;
    const { drop } = await withBatch(stage, waiting);
    const asked = await workspace.waitFor(() =>
      workspace.thread('products', drop.threadTs).find(({ text }) => text.includes('`OPERATORS`')),
    );
    expect(actionsOf(asked)).toEqual([]);
  });

  it('that is declined asks nothing more, and the message of the operators says by whom', async () => {
    await using stage = await createOpsStage();
    const { workspace, desk } = stage;
    await withBatch(stage, waiting);
    const asked = await findAsked(stage, 'random', 'waits for an approval');
    await workspace.click({
      user: 'boss',
      channel: 'random',
      messageTs: asked.ts,
      actionId: 'decline_batch',
    });
    await eventually(() => desk.batches.get('142')?.declinedBy).toBe(workspace.people.boss.id);
    await eventually(() => findText(stage, 'random', asked.ts)).toContain('Declined by');
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    const asks = workspace.channelMessages('random').filter(({ text }) => text.includes('*142*'));
    expect(asks.map((message) => actionsOf(message))).toEqual([[]]);
  });

  it('that is stopped says so in the message of the operators', async () => {
    await using stage = await createOpsStage();
    const { desk, workspace } = stage;
    await withBatch(stage, waiting);
    const asked = await findAsked(stage, 'random', 'waits for an approval');
    desk.change('142', {
      state: 'cancelled',
      pause: undefined,
      cancelledBy: workspace.people.ada.id,
    });
    stage.slack.wake();
    await eventually(() => findText(stage, 'random', asked.ts)).toContain('Stopped by');
    expect(desk.batches.get('142')?.approvedBy).toBeUndefined();
  });

  it.each(['operators’ channel', 'thread'])(
    'is asked about once in the %s, also where the process died before it noted that it had',
    async (where) => {
      await using stage = await createOpsStage(where === 'thread' ? { opsChannel: 'C0GONE' } : {});
      const { workspace, memory, desk } = stage;
      await withBatch(stage, waiting);
      const channel = where === 'thread' ? 'products' : 'random';
      const asked = await findAsked(stage, channel, 'waits for an approval');
      await eventually(() => memory.threads.get('142')?.approval?.ts).toBe(asked.ts);
      const longAgo = Date.now() - 10_000;
      await memory.writeThread('142', { approval: null, askingSinceMs: longAgo });
      stage.slack.wake();
      await eventually(() => memory.threads.get('142')?.approval?.ts).toBe(asked.ts);

      await memory.writeThread('142', { approval: null, askingSinceMs: longAgo });
      desk.change('142', { state: 'running', pause: undefined, approvedBy: 'U00000BOSS1' });
      stage.slack.wake();
      await eventually(() => findText(stage, channel, asked.ts)).toContain('Approved by');
      const asks = workspace
        .channelMessages(channel)
        .filter(({ text }) => text.includes('waits for an approval:'));
      expect(asks).toHaveLength(1);
    },
  );

  it('is approved by an operator who resumes it, and by nobody else', async () => {
    await using stage = await createOpsStage();
    await withBatch(stage, waiting);
    expect(await say(stage, 'ada', 'resume 142')).toContain('waits for an operator');
    expect(await say(stage, 'ada', 'pause 142')).toContain('waits for an operator');
    expect(await say(stage, 'boss in random', 'resume 142')).toContain('is approved');
    expect(stage.desk.batches.get('142')?.approvedBy).toBe(stage.workspace.people.boss.id);
  });
});

function findText({ workspace }: Stage, channel: string, ts: string): string | undefined {
  return workspace.channelMessages(channel).find((message) => message.ts === ts)?.text;
}

describe('pausing and resuming', () => {
  it('is for the uploader and operators; the thread says who', async () => {
    await using stage = await createOpsStage();
    const { workspace, desk } = stage;
    const { drop } = await withBatch(stage);
    expect(await say(stage, 'wei', '暂停 142')).toContain('只有发送文件的人或 Darkroom 管理员');
    expect(await say(stage, 'guest', 'pause 142')).toContain('Only the person who dropped');
    expect(desk.batches.get('142')?.state).toBe('running');

    expect(await say(stage, 'ada', 'pause 142')).toContain('/batch resume 142');
    await eventually(() => workspace.thread('products', drop.threadTs)[1]?.text).toContain(
      `by <@${workspace.people.ada.id}>`,
    );
    expect(await say(stage, 'ada', 'list')).toContain('paused: 120 of 400');
    expect(await say(stage, 'boss', 'resume 142')).toContain('goes on');
    expect(desk.batches.get('142')?.state).toBe('running');
    expect(await say(stage, 'ada', 'resume 142')).toContain('is not paused');
  });

  it('without a number means the own batch, and of several the one that is paused', async () => {
    await using stage = await createStage();
    await withBatch(stage);
    expect(await say(stage, 'ada', 'pause')).toContain('Batch 142 is paused');
    await withBatch(stage, { id: '143' });
    expect(await say(stage, 'ada', 'pause')).toContain('such as "pause 142"');
    expect(await say(stage, 'ada', 'resume')).toContain('Batch 142 goes on');
    expect(await say(stage, 'wei', '暂停')).toContain('没有正在处理的批次');
  });

  it('in the thread is answered there', async () => {
    await using stage = await createStage();
    const { workspace } = stage;
    const { drop } = await withBatch(stage);
    const mention = `<@${workspace.people.bot.id}>`;
    await workspace.say({
      user: 'ada',
      channel: 'products',
      threadTs: drop.threadTs,
      text: `${mention} pause`,
    });
    await workspace.waitFor(() =>
      workspace.thread('products', drop.threadTs).find(({ text }) => text.includes('is paused.')),
    );
    expect(stage.desk.batches.get('142')?.state).toBe('paused');
  });

  it.each([
    [{ state: 'reading' as const }, 'pause 142', 'still being read'],
    [{ state: 'done' as const }, 'pause 142', 'already ended'],
    [
      { state: 'paused' as const, pause: { reason: 'turn' as const, sinceMs: 0 } },
      'resume 142',
      'waits for its turn',
    ],
    [
      { state: 'paused' as const, pause: { reason: 'model-away' as const, sinceMs: 0 } },
      'resume 142',
      'waits for the model server',
    ],
  ])('of a batch that is %j: "%s" is answered with "%s"', async (parts, text, answer) => {
    await using stage = await createStage();
    await withBatch(stage, parts);
    expect(await say(stage, 'ada', text)).toContain(answer);
  });
});

describe('a batch that is stuck', () => {
  it('says so in its thread, and can be ended by whoever may stop it', async () => {
    await using stage = await createOpsStage();
    const { workspace, desk } = stage;
    const { drop } = await withBatch(stage, { state: 'finishing', stuckMs: Date.now() });
    const readThread = (): string | undefined =>
      workspace.thread('products', drop.threadTs)[1]?.text;
    await eventually(readThread).toContain('I try again every 10 minutes');
    expect(await say(stage, 'wei', 'cancel 142')).toContain('Darkroom');
    expect(desk.cancelled).toEqual([]);
    expect(await say(stage, 'boss', 'cancel 142')).toContain('ended without its results file');
    expect(desk.cancelled).toEqual([{ id: '142', by: workspace.people.boss.id }]);
  });
});

describe('an operator', () => {
  it('lists the batches of all channels in the operators’ channel, and others do not', async () => {
    await using stage = await createOpsStage();
    await withBatch(stage);
    expect(await say(stage, 'boss in random', 'list')).toContain('*142*');
    expect(await say(stage, 'ada in random', 'list')).not.toContain('*142*');
    expect(await say(stage, 'boss in random', 'status 142')).toContain('120 of 400');
    expect(await say(stage, 'ada in random', 'status 142')).toContain('no batch 142');
  });
});

describe('purging', () => {
  it('asks first, then deletes the batch and what was posted about it', async () => {
    await using stage = await createStage();
    const { workspace, desk, memory } = stage;
    const { drop } = await withBatch(stage, { state: 'done' });
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    const posted = await postResults(stage, drop);
    await memory.writeUpload('142', {
      stage: 'completed',
      files: [{ name: 'x.results.csv', bytes: 4, fileId: posted }],
      channel: drop.channel,
      threadTs: drop.threadTs,
    });
    expect(await say(stage, 'ada', 'purge 142')).toContain('Shall I delete');
    expect(desk.batches.size).toBe(1);
    await confirmPurge(stage, 'Batch 142 is deleted, and what I posted');
    expect(desk.batches.size).toBe(0);
    expect(() => workspace.file(posted)).toThrow(posted);
    const [, ...left] = workspace.thread('products', drop.threadTs);
    expect(left.map(({ text }) => text)).toEqual([
      `Batch 142 was deleted by <@${workspace.people.ada.id}>, with its results.`,
    ]);
  });

  it('is for the uploader and operators, of batches that have ended, and needs a number', async () => {
    await using stage = await createStage();
    await withBatch(stage);
    expect(await say(stage, 'guest', 'purge 142')).toContain('Only the person who dropped');
    expect(await say(stage, 'ada', 'purge 142')).toContain('Stop it first');
    stage.desk.change('142', { state: 'done' });
    expect(await say(stage, 'ada', 'purge')).toContain('such as "purge 142"');
    expect(await say(stage, 'wei', '清除')).toContain('清除 142');
  });

  it('says that it is done also where the reply of Redis was lost', async () => {
    await using stage = await createStage();
    const { desk } = stage;
    await withBatch(stage, { state: 'done' });
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    const { purge } = desk;
    desk.purge = async (id) => {
      await purge(id);
      return purge(id);
    };
    await say(stage, 'ada', 'purge 142');
    await confirmPurge(stage, 'Batch 142 is deleted');
    expect(desk.batches.size).toBe(0);
  });

  it('says so where Slack keeps something', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    await withBatch(stage, { state: 'done' });
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    workspace.faults.next('chat.update', { error: 'edit_window_closed' }, 1);
    await say(stage, 'ada', 'purge 142');
    await confirmPurge(stage, 'did not let me delete all');
    expect(desk.batches.size).toBe(0);
  });
});

/** Ada says yes to the question, and is told this. */
async function confirmPurge({ workspace }: Stage, told: string): Promise<void> {
  const messageTs = workspace.ephemerals('ada').at(-1)?.ts ?? '';
  const place = { channel: 'products', messageTs, actionId: 'purge_batch' };
  await workspace.click({ user: 'ada', ...place });
  await workspace.waitFor(() =>
    workspace.ephemerals('ada').find(({ text }) => text.includes(told)),
  );
}

/** A file of the bot's in the thread, as an upload leaves it. */
async function postResults({ workspace }: Stage, drop: Batch['drop']): Promise<string> {
  const call = async (method: string, args: Record<string, string>): Promise<unknown> => {
    const response = await fetch(`${workspace.apiUrl}${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${workspace.botToken}` },
      body: new URLSearchParams(args),
    });
    return response.json();
  };
  const issued = Object(
    await call('files.getUploadURLExternal', { filename: 'x.csv', length: '4' }),
  );
  await fetch(String(Reflect.get(issued, 'upload_url')), { method: 'POST', body: 'a,b\n' });
  const id = String(Reflect.get(issued, 'file_id'));
  await call('files.completeUploadExternal', {
    files: JSON.stringify([{ id, title: 'x.csv' }]),
    channel_id: drop.channel,
    thread_ts: drop.threadTs,
    initial_comment: 'The first answers: …',
  });
  await workspace.waitFor(() =>
    workspace.thread(drop.channel, drop.threadTs).find(({ files }) => files?.length === 1),
  );
  return id;
}
