import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { createThreadMemory } from '../../src/queue/thread-memory.ts';
import { buildDrop, buildPlan, createFixture, writeRows } from './queue-fixture.ts';

interface State {
  readonly progressTs?: string;
  readonly postingSinceMs?: number;
  readonly digest?: string;
}

interface Upload {
  readonly stage: string;
  readonly files: readonly { readonly name: string; readonly fileId?: string }[];
}

function createMemories(editsPerMinute = 40) {
  const fixture = createFixture();
  const open = () => createThreadMemory<State, Upload>({ store: fixture.store, editsPerMinute });
  return { ...fixture, mine: open(), other: open() };
}

describe('thread memory', () => {
  it('keeps fields, changes single ones and forgets those that are null', async () => {
    const { mine, other } = createMemories();
    expect(await mine.readThread('1')).toEqual({});
    await mine.writeThread('1', { progressTs: '1700000000.000100', postingSinceMs: 17 });
    await other.writeThread('1', { postingSinceMs: null, digest: '“完成”' });
    expect(await mine.readThread('1')).toEqual({
      progressTs: '1700000000.000100',
      digest: '“完成”',
    });
    expect(await mine.readThread('2')).toEqual({});
  });

  it('lets one process speak for a batch until its time is over', async () => {
    const { mine, other, store } = createMemories();
    expect(await mine.claimSpeaker('1', 60_000)).toBe(true);
    expect(await other.claimSpeaker('1', 60_000)).toBe(false);
    expect(await mine.claimSpeaker('1', 60_000)).toBe(true);
    expect(await other.claimSpeaker('2', 60_000)).toBe(true);
    await store.redis.del(store.keys.batch('1', 'speaker'));
    expect(await other.claimSpeaker('1', 60_000)).toBe(true);
    expect(await mine.claimSpeaker('1', 60_000)).toBe(false);
  });

  it('hands out the edits of a minute once, over all processes', async () => {
    const { mine, other, store } = createMemories(5);
    const asked = Array.from({ length: 12 }, (_, turn) => (turn % 2 === 0 ? mine : other));
    const spent = await Promise.all(asked.map((memory) => memory.spendEdit()));
    expect(spent.filter(Boolean)).toHaveLength(5);
    const [oldest = ''] = await store.redis.zrange(store.keys.shared('edits'), '0', '0');
    await store.redis.zadd(store.keys.shared('edits'), 'XX', 0, oldest);
    expect(await mine.spendEdit()).toBe(true);
    expect(await other.spendEdit()).toBe(false);
  });

  it('remembers which threads have something to be told', async () => {
    const { mine, other } = createMemories();
    await mine.open('10');
    await mine.open('9');
    await other.open('9');
    expect(await other.unsettled()).toEqual(['9', '10']);
    await other.settle('9');
    expect(await mine.unsettled()).toEqual(['10']);
  });

  it('still has something to tell of a batch that was retried since it was looked at', async () => {
    const { mine, ledger } = createMemories();
    const { id } = await ledger.recordDrop(buildDrop());
    await writeRows(ledger, id, 3);
    await ledger.startRunning(id, buildPlan(3));
    await ledger.cancel(id, 'U1');
    await ledger.end(id);
    const before = await ledger.readBatch(id);

    const retry = buildDrop({ retryOf: { id, by: 'U1' } });
    const { id: again } = await ledger.recordDrop(retry);
    await writeRows(ledger, again, 3);
    await ledger.startRunning(again, buildPlan(3));
    await mine.settle(id, before?.retriedAs);
    expect(await mine.unsettled()).toEqual([id, again]);

    const after = await ledger.readBatch(id);
    await mine.settle(id, after?.retriedAs);
    expect(await mine.unsettled()).toEqual([again]);
  });

  it('owes a thread an answer from the moment that its drop is recorded', async () => {
    const { mine, ledger } = createMemories();
    const { id } = await ledger.recordDrop(buildDrop());
    expect(await mine.unsettled()).toEqual([id]);
  });

  it('answers once for a key', async () => {
    const { mine, other } = createMemories();
    const answers = await Promise.all([mine, other, mine].map((each) => each.claimOnce('hello')));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await mine.claimOnce('another')).toBe(true);
  });

  it('is claimed by whoever asks again because the reply was lost', async () => {
    const { store, mine } = createMemories();
    const send = (...args: readonly string[]): Promise<unknown> => store.redis.call('SET', ...args);
    const redis: Redis = Object.create(store.redis, {
      set: { value: (...args: readonly string[]) => send(...args).then(() => send(...args)) },
    });
    const unlucky = createThreadMemory<State, Upload>({ store: { ...store, redis } });
    expect(await unlucky.claimOnce('hello')).toBe(true);
    expect(await mine.claimOnce('hello')).toBe(false);
    expect(await unlucky.claimOnce('hello')).toBe(false);
  });

  it('keeps how far an upload is', async () => {
    const { mine, other } = createMemories();
    expect(await mine.readUpload('1')).toBeUndefined();
    const record = { stage: 'url_issued', files: [{ name: 'a.csv', fileId: 'F1' }] };
    await mine.writeUpload('1', record);
    expect(await other.readUpload('1')).toEqual(record);
  });

  it('leaves nothing for ever but the list of what is to be told', async () => {
    const { mine, server, ledger } = createMemories();
    const { id } = await ledger.recordDrop(buildDrop());
    await mine.open(id);
    await mine.claimSpeaker(id, 1000);
    await mine.spendEdit();
    await mine.claimOnce('hello');
    await mine.writeThread(id, { digest: 'x' });
    await mine.writeUpload(id, { stage: 'planned', files: [] });
    const forEver = (await server.keysWithoutExpiry()).map((key) => key.replace(/^.*:/, ''));
    expect(forEver).toEqual(['active', 'ids', 'unsettled']);
  });
});
