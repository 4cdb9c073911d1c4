import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noCounts, type Batch } from '../../../src/batch/batch.ts';
import type { Message } from '../../../src/sandbox/workspace/slack-objects.ts';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';
import { createClients } from '../../../src/slack/clients.ts';
import { deliver, type DeliverNeeds } from '../../../src/slack/posts/deliver.ts';
import type { UploadRecord } from '../../../src/slack/thread-memory.ts';
import type { WrittenResults } from '../../../src/batch/results.ts';
import {
  aBatch,
  aDrop,
  createLocalMemory,
  eventually,
  silent,
  type LocalMemory,
} from '../support.ts';

let workspace: Workspace;
let directory: string;
let memory: LocalMemory;
let batch: Batch;
let results: WrittenResults;

beforeEach(async () => {
  workspace = await startWorkspace({ shareDelayMs: 20 });
  memory = createLocalMemory();
  directory = await mkdtemp(join(tmpdir(), 'upload-'));
  const said = await workspace.say({ user: 'ada', channel: 'products', text: 'file' });
  const drop = {
    ...aDrop,
    channel: said.channel,
    messageTs: said.ts,
    threadTs: said.ts,
    user: workspace.people.ada.id,
  };
  const counts = { ...noCounts, total: 4, done: 3, failed: 1 };
  batch = aBatch({ state: 'finishing', drop, counts });
  const files = [
    { path: join(directory, 'a'), name: 'products.results.csv', bytes: 9 },
    { path: join(directory, 'b'), name: 'products.todo.csv', bytes: 5 },
  ];
  await writeFile(join(directory, 'a'), 'title\r\nA\n');
  await writeFile(join(directory, 'b'), 'name\n');
  const samples = [{ line: 2, fields: ['A lamp', 'warm light\nsmall'] }];
  results = { files, unfinished: 1, rows: 3, samples };
});

afterEach(async () => {
  await workspace.close();
  await rm(directory, { recursive: true });
});

async function run(settleMs = 1_000): Promise<void> {
  const clients = createClients(workspace.botToken, silent, workspace.apiUrl);
  const needs: DeliverNeeds = { clients, memory, log: silent, settleMs };
  await deliver(batch, results, { needs, signal: AbortSignal.timeout(20_000) });
}

function posts(): Message[] {
  return workspace.thread(batch.drop.channel, batch.drop.threadTs).slice(1);
}

/** What the thread holds once something is in it, and how far the upload thinks it is. */
async function readPosted(): Promise<unknown> {
  const uploaded = (memory.uploads.get(batch.id)?.files ?? []).map(({ fileId }) => fileId);
  const shown = (): unknown[] => posts().flatMap(({ files = [] }) => files.map(({ id }) => id));
  await eventually(shown).toEqual(expect.arrayContaining(uploaded));
  const messages = posts().map(({ files = [] }) =>
    files.map(({ id }) => {
      const { name, bytes } = workspace.file(id);
      return [name, bytes.toString()];
    }),
  );
  return { messages, stage: memory.uploads.get(batch.id)?.stage };
}

/** One message with both files, as they were written. */
const once = {
  messages: [
    [
      ['products.results.csv', 'title\r\nA\n'],
      ['products.todo.csv', 'name\n'],
    ],
  ],
  stage: 'completed',
};

describe('the results of a batch', () => {
  it('come as one message with all files, counts, answers and the person who asked', async () => {
    await run();
    expect(await readPosted()).toEqual(once);
    const text = posts()[0]?.text ?? '';
    expect(text.split(`<@${workspace.people.ada.id}>`)).toHaveLength(2);
    expect(text).toContain('3 of 4 rows, 1 failed');
    expect(text).toContain('*Row 2*\n>_title:_ A lamp');
    expect(text).toContain('products.todo.csv');
    expect(memory.stages).toEqual(['planned', 'url_issued', 'bytes_sent', 'completed']);
  });

  it('are posted once when the step runs again after everything was done', async () => {
    await run();
    expect(await readPosted()).toEqual(once);
    await run();
    expect(await readPosted()).toEqual(once);
  });

  it.each([
    ['files.getUploadURLExternal', { drop: 'before' }],
    ['files.getUploadURLExternal', { drop: 'after' }],
    ['files.getUploadURLExternal', { status: 429, retryAfter: 1 }],
    ['upload', { drop: 'before' }],
    ['upload', { drop: 'after' }],
    ['upload', { status: 503 }],
    ['files.completeUploadExternal', { drop: 'before' }],
    ['files.completeUploadExternal', { drop: 'after' }],
    ['files.completeUploadExternal', { truncate: true }],
    ['files.completeUploadExternal', { status: 500 }],
    ['files.completeUploadExternal', { error: 'internal_error' }],
    ['files.completeUploadExternal', { status: 429, retryAfter: 1 }],
  ] as const)('are posted once although %s meets %o', async (method, fault) => {
    workspace.faults.next(method, fault);
    await run();
    expect(await readPosted()).toEqual(once);
  });

  it.each(['planned', 'url_issued', 'bytes_sent', 'completed'] as const)(
    'are posted once when the process dies as it stores "%s"',
    async (stage) => {
      const write = memory.writeUpload.bind(memory);
      memory.writeUpload = async (id, record) => {
        if (record.stage === stage) throw new Error('killed');
        await write(id, record);
      };
      const dying = run();
      await expect(dying).rejects.toThrow('killed');
      memory.writeUpload = write;
      await run();
      expect(await readPosted()).toEqual(once);
    },
    60_000,
  );

  it('are posted once when a process that stood still goes on after another took over', async () => {
    const write = memory.writeUpload.bind(memory);
    let stoodStill = false;
    memory.writeUpload = async (id, record) => {
      await write(id, record);
      if (record.stage !== 'url_issued' || stoodStill) return;
      stoodStill = true;
      await run();
    };
    await expect(run()).rejects.toThrow('taken over');
    expect(await readPosted()).toEqual(once);
  });

  it.each(['planned', 'url_issued', 'bytes_sent'] as const)(
    'are posted when a process died just after it stored "%s"',
    async (stage) => {
      const files = results.files.map(({ name, bytes }) => ({
        name,
        bytes,
        ...(stage === 'planned' ? {} : { fileId: 'F0NEVERSENT' }),
      }));
      const { channel, threadTs } = batch.drop;
      const record: UploadRecord = { stage, files, channel, threadTs };
      memory.uploads.set(batch.id, record);
      await run(50);
      expect(await readPosted()).toEqual(once);
    },
  );

  it.each(['removeBot', 'archive'] as const)(
    'go to the person directly after %s',
    async (close) => {
      await workspace[close]({ channel: 'products' });
      await run();
      const direct = workspace.channels.dm.ada.id;
      await eventually(
        () =>
          workspace.channelMessages(direct).flatMap(({ ts }) => workspace.thread(direct, ts))
            .length,
      ).toBeGreaterThanOrEqual(2);
      const files = workspace
        .channelMessages(direct)
        .flatMap(({ ts }) => workspace.thread(direct, ts))
        .flatMap((message) => message.files ?? []);
      expect(new Set(files.map(({ name }) => name))).toEqual(
        new Set(['products.results.csv', 'products.todo.csv']),
      );
      await run();
      expect(memory.uploads.get(batch.id)).toMatchObject({ stage: 'completed', channel: direct });
    },
  );

  it('are given up where the person takes no direct message either, and the batch can end', async () => {
    await workspace.archive({ channel: 'products' });
    workspace.faults.next('chat.postMessage', { error: 'user_disabled' });
    await run();
    expect(memory.uploads.get(batch.id)).toMatchObject({
      stage: 'undeliverable',
      channel: batch.drop.channel,
      refusal: 'is_archived',
    });
    await run();
  });

  it.each(['token_revoked', 'missing_scope'])(
    'wait for the administrator where Slack answers %s',
    async (error) => {
      workspace.faults.next('files.getUploadURLExternal', { error });
      await expect(run()).rejects.toThrow(error);
      expect(posts()).toEqual([]);
      await run();
      expect(await readPosted()).toEqual(once);
    },
  );

  it('that Slack does not take are spoken of once, and the batch can end', async () => {
    workspace.faults.next('files.completeUploadExternal', { error: 'file_uploads_disabled' }, 2);
    await run();
    await run();
    expect(posts()).toHaveLength(1);
    expect(posts()[0]?.text).toContain('file_uploads_disabled');
  });
});
