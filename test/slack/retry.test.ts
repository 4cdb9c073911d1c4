// The Retry button of a batch that has ended: where it shows, who may press it, and what pressing it means.

import { describe, expect, it } from 'vitest';
import { noCounts, type Batch } from '../../src/batch/batch.ts';
import type { Message } from '../../src/sandbox/workspace/slack-objects.ts';
import { buildProgress } from '../../src/slack/views/progress.ts';
import { toText } from '../support/journey-thread.ts';
import { aBatch, createStage, eventually, withBatch, type Stage } from './support.ts';

const partly = { ...noCounts, total: 400, done: 390, failed: 7, cancelled: 3 };

const stopped: Partial<Batch> = { state: 'cancelled', counts: partly, cancelledBy: 'U1' };

const textOf = (parts: Partial<Batch>): string => toText(buildProgress(aBatch(parts)));

/** A stopped batch of ada's in #products, with its message. */
async function showStopped(stage: Stage): Promise<{ batch: Batch; message: Message }> {
  const { workspace } = stage;
  const batch = await withBatch(stage, stopped);
  const { channel, threadTs } = batch.drop;
  const message = await workspace.waitFor(() =>
    workspace.thread(channel, threadTs).find((reply) => toText(reply).includes('Retry 10 rows')),
  );
  return { batch, message };
}

function press({ workspace }: Stage, user: 'ada' | 'boss' | 'wei', { ts }: Message): Promise<void> {
  return workspace.click({ user, channel: 'products', messageTs: ts, actionId: 'retry_batch' });
}

function retriesOf({ desk }: Stage, { id }: Batch): readonly Batch[] {
  return [...desk.batches.values()].filter(({ drop }) => drop.retryOf?.id === id);
}

describe('the Retry button', () => {
  it('stands at every end with unfinished rows, and nowhere else', () => {
    expect(textOf(stopped)).toContain('Retry 10 rows');
    expect(textOf({ state: 'done', counts: { ...partly, failed: 1, cancelled: 0 } })).toContain(
      'Retry 1 row',
    );
    const fault = { code: 'E_MODEL_UNAVAILABLE', params: { hours: 24 } } as const;
    expect(textOf({ state: 'cancelled', counts: partly, fault })).toContain('Retry 10 rows');
    expect(textOf({ ...stopped, language: 'zh' })).toContain('重试 10 行');
    for (const parts of [
      { state: 'done', counts: { ...partly, failed: 0, cancelled: 0 } },
      { state: 'running', counts: partly },
      { state: 'finishing', counts: partly },
      { ...stopped, declinedBy: 'U2' },
      { ...stopped, counts: noCounts },
      { ...stopped, retriedAs: '143', retriedBy: 'U2' },
    ] as const) {
      expect(textOf(parts)).not.toContain('Retry 1');
    }
    expect(textOf({ ...stopped, retriedAs: '143', retriedBy: 'U2' })).toContain(
      'Retried by <@U2> as batch 143',
    );
  });

  it('begins one retry for the uploader and an operator, in the same thread and for the uploader', async () => {
    await using stage = await createStage({ rules: { operators: ['U00000BOSS1'] } });
    const { batch, message } = await showStopped(stage);
    await Promise.all([press(stage, 'ada', message), press(stage, 'boss', message)]);
    await eventually(() => retriesOf(stage, batch).length).toBe(1);
    const [retry] = retriesOf(stage, batch);
    const { channel, threadTs, user, files } = batch.drop;
    expect(retry?.drop).toMatchObject({ channel, threadTs, user, files });
    await stage.workspace.waitFor(() =>
      [...stage.workspace.ephemerals('ada'), ...stage.workspace.ephemerals('boss')].find(
        ({ text }) => text.includes('are retried already'),
      ),
    );
  });

  it('does nothing for others, nor while the store is away, and says why', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    const { batch, message } = await showStopped(stage);
    await press(stage, 'wei', message);
    await workspace.waitFor(() => workspace.ephemerals('wei').at(-1));
    desk.away = true;
    await press(stage, 'ada', message);
    await workspace.waitFor(() =>
      workspace.ephemerals('ada').find(({ text }) => text.includes('Try again in a minute')),
    );
    desk.away = false;
    expect(retriesOf(stage, batch)).toEqual([]);
  });

  it('of an old message does nothing for a batch that is gone, retried or done by now', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    const { batch, message } = await showStopped(stage);
    const expectTold = async (told: string): Promise<void> => {
      await press(stage, 'ada', message);
      await workspace.waitFor(() =>
        workspace.ephemerals('ada').find(({ text }) => text.includes(told)),
      );
    };
    desk.change(batch.id, { retriedAs: '150' });
    await expectTold('as batch 150 in the same thread');
    desk.change(batch.id, { retriedAs: undefined, state: 'running' });
    await expectTold('has not ended yet');
    desk.change(batch.id, { state: 'done', counts: { ...noCounts, total: 400, done: 400 } });
    await expectTold('has no unfinished rows');
    desk.batches.delete(batch.id);
    await expectTold('There is no batch');
    expect(retriesOf(stage, batch)).toEqual([]);
  });
});
