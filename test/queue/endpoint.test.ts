// Which model servers can be used, and whether batches are paused for them, on a real Redis.

import { describe, expect, it } from 'vitest';
import { createEndpoint, type Endpoint } from '../../src/queue/endpoint.ts';
import { createFixture, startBatch, type QueueFixture } from './queue-fixture.ts';

const both = ['a:8000', 'b:8000'] as const;

/** One process's view of its servers. */
function open({ store }: QueueFixture, names: readonly string[] = both): readonly Endpoint[] {
  return names.map((name) => createEndpoint(store, name, names));
}

function two(fixture: QueueFixture): readonly [Endpoint, Endpoint] {
  const [a, b] = open(fixture);
  if (a === undefined || b === undefined) throw new Error('two servers make two endpoints');
  return [a, b];
}

function one(fixture: QueueFixture, name: string): Endpoint {
  return createEndpoint(fixture.store, name, [name]);
}

async function stateOf({ ledger }: QueueFixture, id: string): Promise<string | undefined> {
  return (await ledger.readBatch(id))?.state;
}

describe('several model servers', () => {
  it('pause the batches when the last of them is closed, and one that opens resumes them', async () => {
    const fixture = createFixture();
    const id = await startBatch(fixture.ledger, 3);
    const [a, b] = two(fixture);
    await a.close('model-misconfigured');
    expect(await stateOf(fixture, id)).toBe('running');
    await b.close('model-away');
    expect(await fixture.ledger.readBatch(id)).toMatchObject({
      state: 'paused',
      pause: { reason: 'model-away' },
    });
    await a.open();
    expect(await stateOf(fixture, id)).toBe('running');
    expect(await b.closed()).toMatchObject({ reason: 'model-away' });
  });

  it('are told apart: each keeps the first reason and time of its own', async () => {
    const fixture = createFixture();
    const [a, b] = two(fixture);
    await a.close('model-away');
    const first = await a.closed();
    await b.close('model-misconfigured');
    await a.close('model-misconfigured');
    expect(await a.closed()).toEqual(first);
    expect(await b.closed()).toMatchObject({ reason: 'model-misconfigured' });
  });

  it('show to other processes, and at once to their own', async () => {
    const fixture = createFixture();
    const [a] = two(fixture);
    const [elsewhere] = two(fixture);
    const closing = a.close('model-away');
    expect(a.isOpen()).toBe(false);
    await closing;
    expect(elsewhere.isOpen()).toBe(true);
    await elsewhere.closed();
    expect(elsewhere.isOpen()).toBe(false);
    await elsewhere.open();
    expect(elsewhere.isOpen()).toBe(true);
    await a.closed();
    expect(a.isOpen()).toBe(true);
  });

  it('are closed for this process also while a look from before is under way', async () => {
    const [a] = two(createFixture());
    await Promise.all([a.closed(), a.close('model-away')]);
    expect(a.isOpen()).toBe(false);
  });

  it('that two processes close at the same time pause the batches, whoever is first', async () => {
    const fixture = createFixture();
    const id = await startBatch(fixture.ledger, 3);
    const [[a], [, b]] = [two(fixture), two(fixture)];
    await Promise.all([a.close('model-away'), b.close('model-away')]);
    expect(await stateOf(fixture, id)).toBe('paused');
    await Promise.all([a.close('model-away'), b.open()]);
    expect(await stateOf(fixture, id)).toBe('running');
  });

  it('pause a batch, too, whose file is read while all are closed', async () => {
    const fixture = createFixture();
    const [a, b] = two(fixture);
    await a.close('model-away');
    const running = await startBatch(fixture.ledger, 3);
    expect(await stateOf(fixture, running)).toBe('running');
    await b.close('model-away');
    const paused = await startBatch(fixture.ledger, 3);
    expect(await stateOf(fixture, paused)).toBe('paused');
  });
});

describe('a process with another list of servers', () => {
  it('is not kept running by one that it does not know', async () => {
    const fixture = createFixture();
    const id = await startBatch(fixture.ledger, 3);
    const [a] = two(fixture);
    await a.close('model-away');
    // The one that was open is gone from the settings; closing again is what a start does.
    await one(fixture, 'a:8000').close('model-away');
    expect(await stateOf(fixture, id)).toBe('paused');
  });

  it('is not kept waiting by one that it does not know', async () => {
    const fixture = createFixture();
    const id = await startBatch(fixture.ledger, 3);
    await one(fixture, 'old:8000').close('model-away');
    expect(await stateOf(fixture, id)).toBe('paused');
    const fresh = one(fixture, 'new:8000');
    expect(await fresh.closed()).toBeUndefined();
    expect(await fresh.isWaitedFor()).toBe(true);
    await fresh.open();
    expect(await stateOf(fixture, id)).toBe('running');
    expect(await fresh.isWaitedFor()).toBe(false);
  });

  it('resumes batches that were paused before there were several servers', async () => {
    const fixture = createFixture();
    const id = await startBatch(fixture.ledger, 3);
    const { redis, keys } = fixture.store;
    await redis.hset(keys.shared('endpoint'), { reason: 'model-away', sinceMs: '1' });
    await redis.hset(keys.batch(id, 'record'), {
      state: 'paused',
      pauseReason: 'model-away',
      pauseSinceMs: '1',
    });
    const [a] = two(fixture);
    expect(await a.isWaitedFor()).toBe(true);
    await a.open();
    expect(await stateOf(fixture, id)).toBe('running');
  });

  it('leaves nothing for ever of a server that nobody asks any more', async () => {
    const fixture = createFixture();
    await one(fixture, 'old:8000').close('model-away');
    const lasting = await fixture.server.keysWithoutExpiry();
    expect(lasting.filter((key) => key.includes('old:8000'))).toEqual([]);
    const kept = await fixture.server.keys();
    expect(kept.filter((key) => key.includes('old:8000'))).toHaveLength(1);
  });
});
