// What threads show while the store cannot be used, and after.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { noCounts, type Batch } from '../../../src/batch/batch.ts';
import type { StoreTrouble } from '../../../src/batch/store-trouble.ts';
import { openRedisProbe } from '../../../src/queue/redis-probe.ts';
import { startRedis } from '../../../src/sandbox/redis/redis-server.ts';
import { createClients } from '../../../src/slack/clients.ts';
import { createStorageWatch } from '../../../src/slack/threads/create-storage-watch.ts';
import { openKnownThreads } from '../../../src/slack/threads/known-threads.ts';
import { buildProgress } from '../../../src/slack/views/progress.ts';
import { buildStoreTrouble } from '../../../src/slack/views/store-trouble.ts';
import { toText } from '../../support/journey-thread.ts';
import { aBatch, createStage, dropBatch, eventually, silent, type Stage } from '../support.ts';

const timeout = 30_000;
const soonTimes = { patienceMs: 100, lookEveryMs: 100 };
const progress = '120 of 400 rows done';

interface Storage {
  trouble: StoreTrouble | undefined;
  looks: number;
  findTrouble(): Promise<StoreTrouble | undefined>;
}

function createStorage(patienceMs = 100): Storage & typeof soonTimes {
  const storage = {
    ...soonTimes,
    patienceMs,
    trouble: undefined,
    looks: 0,
    async findTrouble() {
      storage.looks += 1;
      return storage.trouble;
    },
  };
  return storage;
}

/** So many more looks have come to their end. */
function looked(storage: Storage, times: number): Promise<void> {
  const before = storage.looks;
  return eventually(() => storage.looks).toBeGreaterThan(before + times);
}

/** A batch whose thread shows it at work. */
async function atWork(stage: Stage, name = 'products.csv'): Promise<Batch> {
  const batch = await dropBatch(stage, {}, name);
  await eventually(() => stage.memory.threads.get(batch.id)?.progressTs).toBeTypeOf('string');
  await eventually(() => shown(stage, batch)).toContain(progress);
  return batch;
}

/** As after an outage of more than the three seconds that are between two edits. */
async function letBeEdited({ memory }: Stage): Promise<void> {
  for (const id of memory.threads.keys()) await memory.writeThread(id, { editedMs: 0 });
}

/** What the bot says in the thread, oldest first. */
function shown({ workspace }: Stage, { drop }: Batch): string {
  return workspace.thread(drop.channel, drop.threadTs).slice(1).map(toText).join('\n\n');
}

function edits({ workspace }: Stage): number {
  return workspace.calls.filter(({ method }) => method === 'chat.update').length;
}

function posts({ workspace }: Stage): number {
  return workspace.calls.filter(({ method }) => method === 'chat.postMessage').length;
}

describe('threads at work while the store cannot be used', { timeout }, () => {
  it('say so of a real Redis that is gone, full or read-only, and show progress again', async () => {
    const server = await startRedis({ appendOnly: true });
    onTestFinished(() => server.stop());
    await using probe = await openRedisProbe({ url: server.url, prefix: 'test' });
    const admin = new Redis(server.url);
    admin.on('error', () => {});
    onTestFinished(() => admin.disconnect());
    const { findTrouble } = probe;
    await using stage = await createStage({ storage: { findTrouble, ...soonTimes } });
    const batch = await atWork(stage);
    const troubles = [
      [() => server.kill(), () => server.restart(), 'cannot be reached'],
      [
        () => admin.config('SET', 'maxmemory', '1'),
        () => admin.config('SET', 'maxmemory', '0'),
        'is full. The person who looks after Darkroom has to make room',
      ],
      [
        () => admin.replicaof('127.0.0.1', 1),
        () => admin.replicaof('NO', 'ONE'),
        'takes no changes. The person who looks after Darkroom has to see to it',
      ],
    ] as const;
    for (const [begin, end, sentence] of troubles) {
      await begin();
      await eventually(() => shown(stage, batch)).toContain(sentence);
      expect(shown(stage, batch)).toContain('*products.csv is waiting*');
      expect(shown(stage, batch)).not.toContain(progress);
      await letBeEdited(stage);
      await end();
      // Nothing of the batch has changed meanwhile.
      await eventually(() => shown(stage, batch)).toContain(progress);
      expect(shown(stage, batch)).not.toContain(sentence);
    }
    expect(posts(stage)).toBe(1);
  });

  it('are edited once each, and once more when it serves again', async () => {
    const storage = createStorage();
    await using stage = await createStage({ storage });
    const [one, other] = [await atWork(stage), await atWork(stage, 'lamps.csv')];
    storage.trouble = 'away';
    for (const batch of [one, other]) {
      await eventually(() => shown(stage, batch)).toContain('cannot be reached');
    }
    storage.trouble = 'full';
    await looked(storage, 3);
    expect(edits(stage)).toBe(2);
    await letBeEdited(stage);
    storage.trouble = undefined;
    for (const batch of [one, other]) {
      await eventually(() => shown(stage, batch)).toContain(progress);
    }
    await looked(storage, 3);
    expect([edits(stage), posts(stage)]).toEqual([4, 2]);
  });

  it('say nothing of trouble that is over sooner than that', async () => {
    const storage = createStorage(30_000);
    await using stage = await createStage({ storage });
    const batch = await atWork(stage);
    storage.trouble = 'away';
    await looked(storage, 3);
    await letBeEdited(stage);
    storage.trouble = undefined;
    await looked(storage, 3);
    expect([shown(stage, batch), edits(stage)]).toEqual([expect.stringContaining(progress), 0]);
  });

  it('are tried again where Slack has no time, and left alone where it says no', async () => {
    const storage = createStorage();
    await using stage = await createStage({ storage });
    const batch = await atWork(stage);
    stage.workspace.faults.next('chat.update', { status: 429, retryAfter: 1 });
    stage.workspace.faults.next('chat.update', { error: 'cant_update_message' });
    storage.trouble = 'refuses';
    await eventually(() => edits(stage)).toBe(2);
    await looked(storage, 3);
    expect(edits(stage)).toBe(2);
    await letBeEdited(stage);
    storage.trouble = undefined;
    await eventually(() => edits(stage)).toBe(3);
    expect(shown(stage, batch)).toContain(progress);
  });

  it('show the end of a batch that has ended meanwhile', async () => {
    const storage = createStorage();
    await using stage = await createStage({ storage });
    const batch = await atWork(stage);
    storage.trouble = 'away';
    await eventually(() => shown(stage, batch)).toContain('cannot be reached');
    // By another process, which had its progress shown.
    stage.desk.change(batch.id, { state: 'done', counts: { ...noCounts, total: 1, done: 1 } });
    stage.memory.forgetAll();
    await letBeEdited(stage);
    storage.trouble = undefined;
    await eventually(() => shown(stage, batch)).toContain('*products.csv is done*');
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    expect(posts(stage)).toBe(1);
  });

  it('say that the batch is lost where the store comes back without it', async () => {
    const storage = createStorage();
    await using stage = await createStage({ storage });
    const batch = await atWork(stage);
    storage.trouble = 'away';
    stage.desk.away = true;
    await eventually(() => shown(stage, batch)).toContain('cannot be reached');
    stage.desk.flush();
    stage.memory.threads.clear();
    stage.memory.forgetAll();
    stage.desk.away = false;
    await letBeEdited(stage);
    storage.trouble = undefined;
    await eventually(() => shown(stage, batch)).toContain('Please drop the file again');
    await eventually(() => shown(stage, batch)).toContain('was lost');
    expect(stage.memory.threads.has(batch.id)).toBe(false);
  });

  it('are handed back by the next process where this one dies in between', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'darkroom-threads-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await using stage = await createStage();
    const batch = await atWork(stage);
    const { desk, memory, workspace } = stage;
    const clients = createClients(workspace.botToken, silent, workspace.apiUrl);
    const start = async (storage: Storage): Promise<AsyncDisposable> => {
      const known = await openKnownThreads(directory, silent);
      await known.note(batch, memory.threads.get(batch.id)?.progressTs);
      const { wake: onHandedBack } = stage.slack;
      const needs = { ...storage, clients, desk, memory, known, log: silent, onHandedBack };
      return createStorageWatch(needs);
    };
    const storage = createStorage();
    storage.trouble = 'away';
    const first = await start(storage);
    await eventually(() => shown(stage, batch)).toContain('cannot be reached');
    await first[Symbol.asyncDispose]();
    await letBeEdited(stage);
    storage.trouble = undefined;
    await using _ = await start(storage);
    await eventually(() => shown(stage, batch)).toContain(progress);
    await eventually(async () => (await openKnownThreads(directory, silent)).all()[0]).toSatisfy(
      (thread) => thread?.isWaiting === undefined,
    );
    expect(posts(stage)).toBe(1);
  });
});

const say = (parts: Partial<Batch>): string => buildProgress(aBatch(parts)).text;

describe('what a thread shows while something cannot be stored', () => {
  it('is said in both languages, each trouble in its own words', () => {
    const about = { sinceMs: Date.UTC(2026, 10, 22, 14, 2) };
    const sayTrouble = (language: 'en' | 'zh', trouble: StoreTrouble): string =>
      buildStoreTrouble(aBatch({ language }), { ...about, trouble }).text;
    expect(sayTrouble('en', 'away')).toBe(
      '*products.csv is waiting*\n:hourglass_flowing_sand: Waiting since <!date^1795356120^{time}|14:02 UTC>: my store (Redis) cannot be reached. Nothing is lost, and I go on by myself as soon as it serves again.',
    );
    expect(sayTrouble('zh', 'away')).toContain(
      '我的存储（Redis）无法连接。数据不会丢失，恢复后会自动继续。',
    );
    expect(sayTrouble('en', 'full')).toContain('has to make room');
    expect(sayTrouble('zh', 'full')).toContain('腾出空间');
    expect(sayTrouble('en', 'refuses')).toContain('takes no changes');
    expect(sayTrouble('zh', 'refuses')).toContain('无法写入');
  });

  it('is said of a full disk too, until the batch goes on or has ended', () => {
    const diskFullMs = Date.UTC(2026, 10, 22, 14, 2);
    for (const [language, waiting, sentence] of [
      [
        'en',
        '*products.csv is waiting*',
        '14:02 UTC> the disk of the machine that I run on is full',
      ],
      ['zh', '*products.csv 正在等待*', '14:02 UTC> 起，我所在的机器磁盘已满'],
    ] as const) {
      expect(say({ language, state: 'finishing', diskFullMs })).toContain(waiting);
      for (const state of ['finishing', 'running', 'paused', 'reading'] as const) {
        expect(say({ language, state, diskFullMs })).toContain(sentence);
        expect(say({ language, state })).not.toContain(sentence);
      }
      for (const state of ['done', 'cancelled'] as const) {
        expect(say({ language, state, diskFullMs })).not.toContain(sentence);
      }
    }
  });
});
