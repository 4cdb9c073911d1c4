// What Slack is told while the model servers are away: results so far, and the operators.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Batch } from '../../../src/batch/batch.ts';
import type { OutageNews } from '../../../src/batch/outage.ts';
import type { ResultFile } from '../../../src/batch/results.ts';
import { toFault } from '../../../src/errors.ts';
import { buildOutage } from '../../../src/slack/views/outage.ts';
import { buildProgress } from '../../../src/slack/views/progress.ts';
import { buildResultsText } from '../../../src/slack/views/results.ts';
import type { Message } from '../../../src/sandbox/workspace/slack-objects.ts';
import { aBatch, createStage, dropBatch, eventually, type Stage } from '../support.ts';

const signal = new AbortController().signal;

async function writeFileSoFar(): Promise<ResultFile> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-so-far-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const name = 'products.so-far.csv';
  const path = join(directory, name);
  await writeFile(path, 'sku,status\n1,done\n');
  return { path, name, bytes: 18 };
}

function dropWaiting(stage: Stage): Promise<Batch> {
  return dropBatch(stage, { state: 'paused', pause: { reason: 'model-away', sinceMs: 1_000 } });
}

function postsOf({ workspace }: Stage, { drop }: Batch): Message[] {
  return workspace
    .thread(drop.channel, drop.threadTs)
    .filter(({ files = [] }) => files.some(({ name }) => name?.endsWith('.so-far.csv')));
}

describe('results before the end', () => {
  it('are posted once an outage, however often they are given', async () => {
    await using stage = await createStage();
    const batch = await dropWaiting(stage);
    const file = await writeFileSoFar();
    for (const sinceMs of [1_000, 1_000, 5_000, 5_000]) {
      stage.desk.change(batch.id, { pause: { reason: 'model-away', sinceMs } });
      await stage.slack.deliverSoFar(batch, file, { sinceMs, signal });
    }
    await eventually(() => postsOf(stage, batch)).toHaveLength(2);
    expect(postsOf(stage, batch)[0]?.text).toContain('120 of 400 rows done');
    const record = stage.memory.soFar.get(batch.id);
    expect(record).toMatchObject({ stage: 'completed', outageMs: 5_000 });
    expect(record?.earlier).toHaveLength(1);
    expect(stage.memory.uploads.size).toBe(0);
  });

  it('are not posted again where it is not known whether they were', async () => {
    await using stage = await createStage();
    const batch = await dropWaiting(stage);
    const file = await writeFileSoFar();
    stage.workspace.faults.next('files.completeUploadExternal', { drop: 'after' });
    await stage.slack.deliverSoFar(batch, file, { sinceMs: 1_000, signal });
    await eventually(() => postsOf(stage, batch)).toHaveLength(1);
    expect(stage.memory.soFar.get(batch.id)?.stage).toBe('completed');
  });

  it('are not posted any more where the batch has gone on, or was deleted, while they were sent', async () => {
    await using stage = await createStage();
    const batch = await dropWaiting(stage);
    const file = await writeFileSoFar();
    stage.desk.change(batch.id, { state: 'done', pause: undefined });
    await stage.slack.deliverSoFar(batch, file, { sinceMs: 1_000, signal });
    stage.desk.batches.delete(batch.id);
    await stage.slack.deliverSoFar(batch, file, { sinceMs: 2_000, signal });
    const completed = 'files.completeUploadExternal';
    expect(stage.workspace.calls.filter(({ method }) => method === completed)).toEqual([]);
  });

  it('are taken away again where the batch was deleted while Slack was told to show them', async () => {
    await using stage = await createStage({ shareDelayMs: 100 });
    const batch = await dropWaiting(stage);
    const file = await writeFileSoFar();
    const { workspace, memory } = stage;
    workspace.faults.next('files.completeUploadExternal', { delayMs: 300 });
    const giving = stage.slack.deliverSoFar(batch, file, { sinceMs: 1_000, signal });
    const isAsked = (): boolean =>
      workspace.calls.some(({ method }) => method === 'files.completeUploadExternal');
    await eventually(isAsked).toBe(true);
    const [{ fileId = '' } = {}] = memory.soFar.get(batch.id)?.files ?? [];
    memory.soFar.delete(batch.id);
    await giving;
    expect(() => workspace.file(fileId)).toThrow(fileId);
    expect(memory.soFar.size).toBe(0);
  });

  it('are not posted where the batch was deleted while they were sent', async () => {
    await using stage = await createStage();
    const batch = await dropWaiting(stage);
    const file = await writeFileSoFar();
    const { workspace, memory } = stage;
    workspace.faults.next('files.getUploadURLExternal', { delayMs: 300 });
    const giving = stage.slack.deliverSoFar(batch, file, { sinceMs: 1_000, signal });
    await eventually(() => memory.soFar.get(batch.id)?.stage).toBe('planned');
    memory.soFar.delete(batch.id);
    await expect(giving).rejects.toThrow('was deleted');
    expect(workspace.calls.map(({ method }) => method)).not.toContain(
      'files.completeUploadExternal',
    );
    expect(memory.soFar.size).toBe(0);
  });

  it('are given up where Slack refuses them, and the batch is none the worse', async () => {
    await using stage = await createStage();
    const batch = await dropWaiting(stage);
    const file = await writeFileSoFar();
    stage.workspace.faults.next('files.completeUploadExternal', { error: 'is_archived' });
    await stage.slack.deliverSoFar(batch, file, { sinceMs: 1_000, signal });
    expect(postsOf(stage, batch)).toEqual([]);
  });
});

const began: OutageNews = {
  kind: 'began',
  reason: 'model-away',
  sinceMs: 0,
  untilMs: 60_000,
  batches: 1,
  rows: 1_200,
};

describe('the operators', () => {
  it('are told in their channel', async () => {
    await using stage = await createStage({ rules: { opsChannel: 'C00PRODUCT1' } });
    await stage.slack.tellOutage?.(began);
    const [message] = stage.workspace.channelMessages('products');
    expect(message?.text).toContain('1 batch with 1,200 rows waits');
  });

  it('are told nothing where they have no channel, and nobody is kept waiting where it is gone', async () => {
    await using none = await createStage();
    expect(none.slack.tellOutage).toBeUndefined();
    await using gone = await createStage({ rules: { opsChannel: 'C0GONE' } });
    await expect(gone.slack.tellOutage?.(began)).resolves.toBeUndefined();
  });

  it.each(['before', 'after'] as const)(
    'are told once where the line breaks %s they were',
    async (drop) => {
      await using stage = await createStage({ rules: { opsChannel: 'C00PRODUCT1' } });
      const { workspace, memory, slack } = stage;
      workspace.faults.next('chat.postMessage', { drop });
      await expect(slack.tellOutage?.(began)).rejects.toThrow('fetch failed');
      await expect(slack.tellOutage?.(began)).rejects.toThrow('may still arrive');
      await memory.writeThread('outage-0', { 'said:outage_began': 1 });
      await slack.tellOutage?.(began);
      await slack.tellOutage?.(began);
      expect(workspace.channelMessages('products')).toHaveLength(1);
      await slack.tellOutage?.({ ...began, kind: 'ended' });
      expect(workspace.channelMessages('products')).toHaveLength(2);
    },
  );

  it.each([
    ['en', ['no model server answers', 'No batch waits', 'after about 2 h']],
    ['zh', ['没有模型服务器响应', '没有批次', '约 2 小时']],
  ] as const)('read it in their language (%s)', (language, [away, nobody, after]) => {
    expect(buildOutage(began, language)).toContain(away);
    expect(buildOutage({ ...began, batches: 0, rows: 0 }, language)).toContain(nobody);
    const refused = { ...began, reason: 'model-misconfigured' } as const;
    expect(buildOutage(refused, language)).toContain('`VLLM_MODEL`');
    const ended = { ...began, kind: 'ended', untilMs: 7_200_000 } as const;
    expect(buildOutage(ended, language)).toContain(after);
  });
});

describe('a batch that could not go on', () => {
  const counts = { total: 400, pending: 0, running: 0, done: 120, failed: 0, cancelled: 280 };
  const files = [
    { path: '', name: 'products.results.csv', bytes: 1 },
    { path: '', name: 'products.todo.csv', bytes: 1 },
  ];
  it.each([
    ['en', ['has ended early', 'drop that file here', 'Ended early']],
    ['zh', ['已提前结束', '发送该文件', '已提前结束']],
  ] as const)('says why and what to do next (%s)', (language, [ended, next, title]) => {
    const fault = toFault('E_MODEL_UNAVAILABLE', { hours: 24 });
    const batch = aBatch({ state: 'cancelled', language, counts, fault, faultGroups: [] });
    const text = buildResultsText(batch, { files, rows: 400, unfinished: 280, samples: [] });
    expect(text).toContain(ended);
    expect(text).toContain('24');
    expect(text).toContain(next);
    expect(buildProgress(batch).text).toContain(title);
  });

  it.each([
    ['en', '“no &lt;such&gt; parameter”', '`@darkroom resume`'],
    ['zh', '“no &lt;such&gt; parameter”', '`@darkroom 继续`'],
  ] as const)(
    'because its rows are rejected says what the server says (%s)',
    (language, said, next) => {
      const fault = toFault('E_MODEL_REJECTED', { reason: 'no <such> parameter' });
      const pause = { reason: 'rejected', sinceMs: 0, fault } as const;
      const { text, blocks } = buildProgress(aBatch({ state: 'paused', language, pause }));
      expect(text).toContain(said);
      expect(text).toContain(next);
      expect(JSON.stringify(blocks)).toContain('stop_batch');
    },
  );
});
