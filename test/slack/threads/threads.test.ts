import { describe, expect, it } from 'vitest';
import { noCounts, type Batch } from '../../../src/batch/batch.ts';
import type { Message } from '../../../src/sandbox/workspace/slack-objects.ts';
import type { ThreadChange } from '../../../src/slack/thread-memory.ts';
import { aBatch, createStage, csv, dropBatch, eventually, type Stage } from '../support.ts';

function replies({ workspace }: Stage, { drop }: Batch): Message[] {
  return workspace.thread(drop.channel, drop.threadTs).slice(1);
}

async function firstReply(stage: Stage, batch: Batch): Promise<Message> {
  return stage.workspace.waitFor(() => replies(stage, batch)[0]);
}

/** Until the bot has noted what it posted. */
async function firstNoted(stage: Stage, batch: Batch): Promise<void> {
  await eventually(() => stage.memory.threads.get(batch.id)?.progressTs).toBeTypeOf('string');
}

/** Until the bot has noted that it does not know what became of its post. */
async function failedPost({ memory }: Stage): Promise<void> {
  const marks = (): number => memory.changes.filter(hasMark).length;
  await eventually(marks).toBe(2);
}

function hasMark({ postingSinceMs }: ThreadChange): boolean {
  return typeof postingSinceMs === 'number';
}

function reactions({ workspace }: Stage, { drop }: Batch): string[] {
  const [parent] = workspace.thread(drop.channel, drop.threadTs);
  return (parent?.reactions ?? []).map(({ name }) => name);
}

function callsOf({ workspace }: Stage, method: string): number {
  return workspace.calls.filter((call) => call.method === method).length;
}

describe('a thread', () => {
  it('shows one message that is edited, and at the end other reactions and no button', async () => {
    await using stage = await createStage();
    const batch = await dropBatch(stage);
    const message = await firstReply(stage, batch);
    expect(message.text).toContain('120 of 400 rows done, 3 failed');
    expect(JSON.stringify(message.blocks)).toContain('stop_batch');
    await eventually(() => reactions(stage, batch)).toEqual(['eyes']);

    stage.desk.change(batch.id, {
      state: 'done',
      counts: { ...noCounts, total: 400, done: 397, failed: 3 },
    });
    stage.slack.wake();
    const end = await stage.workspace.waitFor(() =>
      replies(stage, batch).find(({ text }) => text.includes('products.csv is done')),
    );
    expect(end.ts).toBe(message.ts);
    expect(JSON.stringify(end.blocks)).not.toContain('stop_batch');
    await eventually(() => reactions(stage, batch)).toEqual(['warning']);
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    expect(replies(stage, batch)).toHaveLength(1);
  });

  it('is not edited more often than every three seconds, nor when nothing has changed', async () => {
    await using stage = await createStage();
    const batch = await dropBatch(stage);
    await firstReply(stage, batch);
    for (let done = 121; done < 141; done += 1) {
      stage.desk.change(batch.id, { counts: { ...batch.counts, done } });
      stage.slack.wake();
      await stage.memory.unsettled();
    }
    await stage.workspace.waitFor(() =>
      replies(stage, batch).find(({ text }) => text.includes('140 of 400')),
    );
    expect(callsOf(stage, 'chat.update')).toBe(1);
    const posted = stage.workspace.calls.find(({ method }) => method === 'chat.postMessage');
    const edited = stage.workspace.calls.find(({ method }) => method === 'chat.update');
    const apartMs = Number(edited?.at) - Number(posted?.at);
    expect(apartMs).toBeGreaterThanOrEqual(2_900);
  });

  it('is not edited when the edits of the minute are spent', async () => {
    await using stage = await createStage();
    stage.memory.editsLeft = 0;
    const batch = await dropBatch(stage);
    await firstNoted(stage, batch);
    await stage.memory.writeThread(batch.id, { editedMs: 0 });
    stage.desk.change(batch.id, { counts: { ...batch.counts, done: 200 } });
    stage.slack.wake();
    await eventually(() => stage.memory.editsLeft).toBeLessThan(0);
    expect(callsOf(stage, 'chat.update')).toBe(0);
  });

  it('is looked at again where another process may have spoken during an edit', async () => {
    await using stage = await createStage();
    const { memory, workspace } = stage;
    const batch = await dropBatch(stage);
    await firstNoted(stage, batch);
    await memory.writeThread(batch.id, { editedMs: 0 });
    let isHeld = true;
    let settled = 0;
    const { settle } = memory;
    memory.claimSpeaker = async () => isHeld;
    memory.settle = async (id) => {
      settled += 1;
      await settle(id);
    };
    workspace.faults.next('chat.update', { delayMs: 3_000 });
    stage.desk.change(batch.id, { state: 'done' });
    await eventually(() => callsOf(stage, 'chat.update')).toBe(1);
    isHeld = false;
    await eventually(() => settled).toBe(1);
    await eventually(() => memory.unsettled()).toEqual([batch.id]);
    expect(settled).toBe(1);
    isHeld = true;
    await eventually(() => memory.unsettled()).toEqual([]);
  });

  it('keeps silent about a file that was not meant for it', async () => {
    await using stage = await createStage();
    const batch = await dropBatch(stage, { state: 'refused' });
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    expect(replies(stage, batch)).toEqual([]);
    expect(reactions(stage, batch)).toEqual([]);
  });

  it('says in one message why a file cannot be used', async () => {
    await using stage = await createStage();
    const batch = await dropBatch(stage, {
      state: 'refused',
      fault: { code: 'E_FILE_GONE', params: {} },
    });
    const message = await firstReply(stage, batch);
    expect(message.text).toContain('no longer in Slack');
    await eventually(() => reactions(stage, batch)).toEqual(['x']);
    await eventually(() => stage.memory.unsettled()).toEqual([]);
  });

  it('finds its own message again when it died between posting and noting it', async () => {
    await using stage = await createStage();
    const batch = await dropBatch(stage);
    await firstNoted(stage, batch);
    stage.memory.threads.set(batch.id, { reaction: 'eyes', postingSinceMs: 1 });
    await eventually(() => stage.memory.threads.get(batch.id)?.progressTs).toBe(
      replies(stage, batch)[0]?.ts,
    );
    expect(callsOf(stage, 'chat.postMessage')).toBe(1);
  });

  it.each(['before', 'after'] as const)(
    'is posted once where the line breaks %s that',
    async (drop) => {
      await using stage = await createStage();
      stage.workspace.faults.next('chat.postMessage', { drop });
      const batch = await dropBatch(stage);
      await failedPost(stage);
      await stage.memory.writeThread(batch.id, { postingSinceMs: 1 });
      await firstNoted(stage, batch);
      expect(replies(stage, batch)).toHaveLength(1);
    },
  );

  it('does not look for a message, nor post it again, while it may still arrive', async () => {
    await using stage = await createStage();
    stage.workspace.faults.next('chat.postMessage', { drop: 'before' });
    await dropBatch(stage);
    await failedPost(stage);
    const { turns } = stage.memory;
    await eventually(() => stage.memory.turns).toBeGreaterThan(turns + 1);
    expect(callsOf(stage, 'chat.postMessage')).toBe(1);
    expect(callsOf(stage, 'conversations.replies')).toBe(0);
  });

  it.each(['message_not_found', 'edit_window_closed'])(
    'posts a new message when Slack answers %s to an edit',
    async (error) => {
      await using stage = await createStage();
      const batch = await dropBatch(stage);
      await firstNoted(stage, batch);
      stage.workspace.faults.next('chat.update', { error });
      await stage.memory.writeThread(batch.id, { editedMs: 0 });
      stage.desk.change(batch.id, { counts: { ...batch.counts, done: 200 } });
      stage.slack.wake();
      const fresh = await stage.workspace.waitFor(() => replies(stage, batch)[1]);
      expect(fresh.text).toContain('200 of 400');
    },
  );

  it('tries again after a 429 as late as Slack asks', async () => {
    await using stage = await createStage();
    stage.workspace.faults.next('chat.postMessage', { status: 429, retryAfter: 1 });
    const batch = await dropBatch(stage);
    await firstReply(stage, batch);
    expect(replies(stage, batch)).toHaveLength(1);
  });

  it('gives up quietly where it was removed from the channel', async () => {
    await using stage = await createStage();
    stage.workspace.faults.next('chat.postMessage', { error: 'not_in_channel' });
    const batch = await dropBatch(stage, { state: 'done' });
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    expect(replies(stage, batch)).toEqual([]);
  });

  it('keeps the eyes on a message until the last of its batches has ended', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    await workspace.drop({
      user: 'ada',
      channel: 'products',
      files: [csv('a.csv'), csv('b.csv')],
    });
    await eventually(() => desk.batches.size).toBe(2);
    const [first, second] = [...desk.batches.values()].map(({ id, drop }) => aBatch({ id, drop }));
    if (first === undefined || second === undefined) throw new Error('two batches are needed');
    const done = { ...noCounts, total: 1, done: 1 };
    const noted = (batch: Batch): unknown => stage.memory.threads.get(batch.id)?.reaction;
    desk.batches.set(first.id, first);
    desk.batches.set(second.id, second);
    stage.slack.wake();
    await eventually(() => [noted(first), noted(second)]).toEqual(['eyes', 'eyes']);
    desk.change(first.id, { state: 'done', counts: done, faultGroups: [] });
    stage.slack.wake();
    await eventually(() => noted(first)).toBe('white_check_mark');
    expect(reactions(stage, first).toSorted()).toEqual(['eyes', 'white_check_mark']);
    desk.change(second.id, { state: 'done', counts: done, faultGroups: [] });
    stage.slack.wake();
    await eventually(() => reactions(stage, first)).toEqual(['white_check_mark']);
    expect(replies(stage, second)).toHaveLength(2);
  });
});
