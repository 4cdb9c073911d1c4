// What people are called by besides the progress message: said once, and not lost to a bad moment.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Batch } from '../../../src/batch/batch.ts';
import type { CallFault } from '../../../src/sandbox/workspace/faults.ts';
import type { Message } from '../../../src/sandbox/workspace/slack-objects.ts';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';
import { createClients } from '../../../src/slack/clients.ts';
import { deliver } from '../../../src/slack/posts/deliver.ts';
import type { ThreadChange } from '../../../src/slack/thread-memory.ts';
import {
  aBatch,
  aDrop,
  createLocalMemory,
  createStage,
  eventually,
  type LocalMemory,
  silent,
  withBatch,
} from '../support.ts';

interface Case {
  readonly what: string;
  readonly words: string;
  readonly parts?: Partial<Batch>;
  readonly prepare?: (workspace: Workspace) => Promise<void>;
}

const elsewhere: Case = {
  what: 'elsewhere',
  words: 'can no longer write in',
  prepare: ({ removeBot }) => removeBot({ channel: 'products' }),
};

const cases: readonly Case[] = [
  elsewhere,
  { what: 'declined', words: 'was not approved', parts: { declinedBy: 'U00000BOSS1' } },
  {
    what: 'undelivered',
    words: 'file_uploads_disabled',
    prepare: async ({ faults }) =>
      faults.next('files.completeUploadExternal', { error: 'file_uploads_disabled' }),
  },
  {
    what: 'declined_direct',
    words: 'was not approved',
    parts: { declinedBy: 'U00000BOSS1' },
    prepare: ({ archive }) => archive({ channel: 'products' }),
  },
];

const troubles: readonly (readonly [what: string, fault: CallFault])[] = [
  ['Slack limits it', { status: 429, retryAfter: 1 }],
  ['Slack fails', { status: 503 }],
  ['the line breaks before', { drop: 'before' }],
  ['the line breaks after', { drop: 'after' }],
  ['Slack has troubles inside', { error: 'internal_error' }],
];

interface Scene {
  readonly workspace: Workspace;
  readonly memory: LocalMemory;
  /** Delivers until it is done, as a step does; how often it had to begin. */
  run(): Promise<number>;
  /** Everything that the person can read. */
  messages(): readonly Message[];
}

async function createScene({ parts, prepare }: Case): Promise<Scene> {
  const workspace = await startWorkspace({ shareDelayMs: 5 });
  onTestFinished(() => workspace.close());
  const directory = await mkdtemp(join(tmpdir(), 'say-once-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'a');
  await writeFile(path, 'title\r\nA\n');
  const { ts, channel } = await workspace.say({ user: 'ada', channel: 'products', text: 'file' });
  const place = { channel, messageTs: ts, threadTs: ts, user: workspace.people.ada.id };
  const batch = aBatch({ state: 'finishing', ...parts, drop: { ...aDrop, ...place } });
  await prepare?.(workspace);
  const memory = createLocalMemory();
  const clients = createClients(workspace.botToken, silent, workspace.apiUrl);
  const needs = { clients, memory, log: silent, settleMs: 1_000 };
  const files = [{ path, name: 'products.results.csv', bytes: 9 }];
  const results = { files, unfinished: 0, rows: 400, samples: [] };
  const signal = AbortSignal.timeout(20_000);
  const direct = workspace.channels.dm.ada.id;
  return {
    workspace,
    memory,
    messages: () => [
      ...workspace.channelMessages('products'),
      ...workspace.channelMessages(direct),
    ],
    async run() {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await deliver(batch, results, { needs, signal });
          return attempt;
        } catch (error) {
          signal.throwIfAborted();
          if (attempt === 5) throw error;
          await letSettle(memory, batch.id);
        }
      }
    },
  };
}

/** What was begun was begun long ago. */
async function letSettle(memory: LocalMemory, id: string): Promise<void> {
  const begun = Object.entries(await memory.readThread(id)).filter(
    ([field, value]) => field.startsWith('said:') && typeof value === 'number',
  );
  await memory.writeThread(id, Object.fromEntries(begun.map(([field]) => [field, 1])));
}

describe.each(cases)('"$what"', (told) => {
  it.each(troubles)('is said once although %s', async (_what, fault) => {
    const { workspace, run, messages } = await createScene(told);
    workspace.faults.next('chat.postMessage', fault);
    expect(await run()).toBe(2);
    await run();
    expect(messages().filter(({ text }) => text.includes(told.words))).toHaveLength(1);
  });

  it('is said once although the process dies before it has noted that', async () => {
    const { memory, run, messages } = await createScene(told);
    const write = memory.writeThread.bind(memory);
    let deaths = 0;
    memory.writeThread = async (id, change: ThreadChange) => {
      if (
        typeof change[`said:${told.what}`] === 'object' &&
        deaths === 0 &&
        change[`said:${told.what}`] !== null
      ) {
        deaths += 1;
        throw new Error('killed');
      }
      await write(id, change);
    };
    expect(await run()).toBe(2);
    await run();
    expect(messages().filter(({ text }) => text.includes(told.words))).toHaveLength(1);
    expect(deaths).toBe(1);
  });
});

describe('a person whose direct message was never opened', () => {
  it('is told there nevertheless', async () => {
    const { workspace, run, messages } = await createScene(elsewhere);
    workspace.faults.next('chat.postMessage', { status: 503 });
    workspace.faults.next('conversations.history', { error: 'channel_not_found' });
    expect(await run()).toBe(2);
    expect(messages().filter(({ text }) => text.includes(elsewhere.words))).toHaveLength(1);
  });
});

describe('a batch that was declined', () => {
  it('ends, and its person is told, whatever the reason why Slack takes no word in its thread', async () => {
    const { workspace, run, messages } = await createScene({
      what: 'declined',
      words: 'was not approved',
      parts: { declinedBy: 'U00000BOSS1' },
    });
    workspace.faults.next('chat.postMessage', { error: 'message_limit_exceeded' });
    expect(await run()).toBe(1);
    expect(messages().filter(({ text }) => text.includes('was not approved'))).toHaveLength(1);
  });
});

describe('a batch whose rows are rejected', () => {
  it.each(troubles)('calls its person once although %s', async (_what, fault) => {
    await using stage = await createStage();
    const { workspace, desk, memory, slack } = stage;
    const batch = await withBatch(stage);
    const { channel, threadTs: ts } = batch.drop;
    await eventually(() => memory.threads.get(batch.id)?.progressTs).toBeTypeOf('string');
    workspace.faults.next('chat.postMessage', fault);
    desk.change(batch.id, { state: 'paused', pause: { reason: 'rejected', sinceMs: 1_000 } });
    slack.wake();
    const calls = (): number =>
      workspace.calls.filter(({ method }) => method === 'chat.postMessage').length;
    await eventually(calls).toBe(2);
    const noted = (): unknown => memory.threads.get(batch.id)?.['said:rejected_1000'];
    await eventually(async () => {
      await letSettle(memory, batch.id);
      return noted();
    }).toMatchObject({ channel });
    const { turns } = memory;
    await eventually(() => memory.turns).toBeGreaterThan(turns + 1);
    const said = workspace
      .thread(channel, ts)
      .filter(({ text }) => text.includes('until somebody looks'));
    expect(said).toHaveLength(1);
  });

  it('calls again when it is paused once more', async () => {
    await using stage = await createStage();
    const { workspace, desk, memory, slack } = stage;
    const { channel, threadTs: ts } = (await withBatch(stage)).drop;
    for (const [at, sinceMs] of [1_000, 2_000].entries()) {
      desk.change('142', { state: 'paused', pause: { reason: 'rejected', sinceMs } });
      slack.wake();
      const said = (): number =>
        workspace.thread(channel, ts).filter(({ text }) => text.includes('until somebody looks'))
          .length;
      await eventually(said).toBe(at + 1);
    }
    expect(Object.keys(await memory.readThread('142'))).toEqual(
      expect.arrayContaining(['said:rejected_1000', 'said:rejected_2000']),
    );
  });
});
