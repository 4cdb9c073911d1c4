// Threads that show a batch at work while Redis knows the batch no more.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openKnownThreads } from '../../../src/slack/threads/known-threads.ts';
import { toText } from '../../support/journey-thread.ts';
import {
  aBatch,
  aDrop,
  createStage,
  csv,
  dropBatch,
  eventually,
  silent,
  type Stage,
} from '../support.ts';

async function createDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-threads-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('threads that are noted on the disk', () => {
  it('are known to the next process, without the text of the message', async () => {
    const directory = join(await createDirectory(), 'threads');
    const known = await openKnownThreads(directory, silent);
    const drop = { ...aDrop, text: 'prompt: something of their own' };
    await known.note(aBatch({ drop }), undefined);
    await known.note(aBatch({ drop }), '100.2');
    const next = await openKnownThreads(directory, silent);
    expect(next.all()).toEqual([
      { id: '142', language: 'en', progressTs: '100.2', drop: { ...aDrop, text: '' } },
    ]);
    await next.forget(drop.key);
    expect(await readdir(directory)).toEqual([]);
  });

  it('stand there as they were noted last, also where several were under way at once', async () => {
    const directory = await createDirectory();
    const known = await openKnownThreads(directory, silent);
    const other = { ...aDrop, key: 'T1:C1:200.1:0' };
    const notes = Array.from({ length: 40 }, (_, turn) => [
      known.note(aBatch(), `100.${turn}`),
      known.mark(aDrop.key, turn % 2 === 0),
      known.note(aBatch({ id: '143', drop: other }), undefined),
      known.forget(other.key),
    ]);
    await Promise.all(notes.flat());
    const next = await openKnownThreads(directory, silent);
    expect(next.all()).toEqual([
      { id: '142', language: 'en', progressTs: '100.39', drop: { ...aDrop, text: '' } },
    ]);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('do without what was written by halves, and without a disk', async () => {
    const directory = await createDirectory();
    await writeFile(join(directory, 'broken.json'), '{"id":');
    expect((await openKnownThreads(directory, silent)).all()).toEqual([]);
    const noDisk = await openKnownThreads(join(directory, 'broken.json'), silent);
    await noDisk.note(aBatch(), undefined);
    expect(noDisk.all()).toHaveLength(1);
  });
});

/** A batch whose thread shows it at work. */
async function startAtWork(stage: Stage): Promise<{ channel: string; ts: string }> {
  const { id, drop } = await dropBatch(stage);
  const place = { channel: drop.channel, ts: drop.messageTs };
  await eventually(() => stage.memory.threads.get(id)?.progressTs).toBeTypeOf('string');
  await eventually(() => reactionsOf(stage, place)).toEqual(['eyes']);
  return place;
}

/** What a Redis without its data looks like. */
function flush({ desk, memory }: Stage): void {
  desk.flush();
  memory.threads.clear();
  memory.forgetAll();
}

function repliesOf({ workspace }: Stage, place: { channel: string; ts: string }): string[] {
  return workspace.thread(place.channel, place.ts).slice(1).map(toText);
}

function reactionsOf({ workspace }: Stage, place: { channel: string; ts: string }): string[] {
  const [parent] = workspace.thread(place.channel, place.ts);
  return (parent?.reactions ?? []).map(({ name }) => name);
}

describe('a batch that Redis knows no more', () => {
  it('is said to be lost, once, in its thread and in what shows it at work', async () => {
    await using stage = await createStage();
    const place = await startAtWork(stage);
    flush(stage);
    stage.slack.wake();
    await eventually(() => repliesOf(stage, place).at(-1)).toContain('Please drop the file again');
    await eventually(() => repliesOf(stage, place)[0]).toContain('was lost');
    await eventually(() => reactionsOf(stage, place)).toEqual(['warning']);
    await stage.workspace.drop({ user: 'ada', channel: 'products', files: [csv('other.csv')] });
    await eventually(() => stage.desk.batches.size).toBe(1);
    expect(repliesOf(stage, place)).toHaveLength(2);
  });

  it('is said to be lost also where another one has its number by now', async () => {
    await using stage = await createStage();
    const place = await startAtWork(stage);
    flush(stage);
    const other = await startAtWork(stage);
    await eventually(() => repliesOf(stage, place).at(-1)).toContain('Please drop the file again');
    expect(repliesOf(stage, other)).toHaveLength(1);
  });

  it('is not taken for lost while Redis is away', async () => {
    await using stage = await createStage();
    const place = await startAtWork(stage);
    stage.desk.away = true;
    stage.memory.forgetAll();
    await eventually(() => stage.desk.rejected).toBeGreaterThan(2);
    expect(repliesOf(stage, place)).toHaveLength(1);
  });

  it('is told from one that was deleted a moment after its end', async () => {
    await using stage = await createStage();
    const place = await startAtWork(stage);
    stage.desk.batches.clear();
    stage.slack.wake();
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    await startAtWork(stage);
    expect(repliesOf(stage, place)).toHaveLength(1);
  });

  it('is told from one that has ended', async () => {
    await using stage = await createStage();
    const place = await startAtWork(stage);
    stage.desk.change('1', { state: 'done' });
    stage.slack.wake();
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    stage.desk.batches.clear();
    stage.slack.wake();
    await startAtWork(stage);
    expect(repliesOf(stage, place)).toHaveLength(1);
  });
});
