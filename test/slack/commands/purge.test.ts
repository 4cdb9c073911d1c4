// A batch is deleted in one process while another one still speaks for it.

import { expect, it, onTestFinished } from 'vitest';
import { createRedis } from '../../../src/queue/create-redis.ts';
import { createStore } from '../../../src/queue/store.ts';
import { createThreadMemory } from '../../../src/queue/thread-memory.ts';
import { startWorkspace } from '../../../src/sandbox/workspace/workspace.ts';
import { createClients } from '../../../src/slack/clients.ts';
import { createThreads, type Threads } from '../../../src/slack/threads/create-threads.ts';
import { openKnownThreads } from '../../../src/slack/threads/known-threads.ts';
import { createPeople } from '../../../src/slack/people.ts';
import { purgeBatch } from '../../../src/slack/commands/purge-batch.ts';
import type {
  SoFarRecord,
  ThreadMemory,
  ThreadState,
  UploadRecord,
} from '../../../src/slack/thread-memory.ts';
import { createTimeLeft } from '../../../src/slack/threads/time-left.ts';
import { testRedis } from '../../support/test-redis.ts';
import {
  aBatch,
  aDrop,
  createLocalPresence,
  createMemoryDesk,
  eventually,
  noRules,
  silent,
} from '../support.ts';

it.each(['the same process', 'another process'])(
  'is the last word on a batch, also where %s is about to edit its message',
  async (which) => {
    const workspace = await startWorkspace();
    onTestFinished(() => workspace.close());
    const { url, prefix } = testRedis();
    const desk = createMemoryDesk();
    const redis = createRedis({ url });
    onTestFinished(() => redis.close());
    const store = createStore({ redis, prefix });
    const clients = createClients(workspace.botToken, silent, workspace.apiUrl);
    const open = (): ThreadMemory =>
      createThreadMemory<ThreadState, UploadRecord, SoFarRecord>({ store });
    const memory = open();
    const known = await openKnownThreads(undefined, silent);
    const presence = createLocalPresence();
    const common = { clients, desk, log: silent, rules: noRules, known, presence };
    const start = (): Threads => {
      const people = createPeople({ client: clients.steady, log: silent, team: 'T00DARKRM1' });
      const storage = { findTrouble: async () => undefined };
      return createThreads({ ...common, memory, people, timeLeft: createTimeLeft(desk), storage });
    };

    const { ts, channel } = await workspace.say({ user: 'ada', channel: 'products', text: 'file' });
    const place = { channel, messageTs: ts, threadTs: ts, user: workspace.people.ada.id };
    desk.batches.set('142', aBatch({ drop: { ...aDrop, ...place } }));
    await memory.open('142');
    await using threads = start();
    const shown = (): readonly string[] =>
      workspace
        .thread(channel, ts)
        .slice(1)
        .map(({ text }) => text);
    await eventually(() => shown().length).toBe(1);

    desk.change('142', { state: 'paused', pause: { reason: 'rejected', sinceMs: 1 } });
    threads.wake();
    await eventually(() => shown().length).toBe(2);

    workspace.faults.next('chat.update', { delayMs: 2_000 });
    desk.change('142', { state: 'done', pause: undefined });
    threads.wake();
    const isEdited = (): boolean =>
      workspace.calls.some(({ method, status }) => method === 'chat.update' && status === 0);
    await eventually(isEdited).toBe(true);
    const [batch] = desk.batches.values();
    if (batch === undefined) throw new Error('there is no batch');
    const needs = { ...common, memory: which === 'the same process' ? memory : open() };
    expect(await purgeBatch(batch, place.user, needs)).toEqual({ kept: false });

    const answered = (): boolean => workspace.calls.every(({ status }) => status === 200);
    await eventually(answered).toBe(true);
    const wasDeleted = `Batch 142 was deleted by <@${place.user}>, with its results.`;
    expect(shown()).toEqual([wasDeleted]);
    expect(await memory.unsettled()).toEqual([]);
  },
  60_000,
);
