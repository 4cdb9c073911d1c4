import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSteps, type Steps, type StepsOptions } from '../../src/queue/steps.ts';
import {
  buildDone,
  buildDrop,
  createFixture,
  startBatch,
  type QueueFixture,
} from './queue-fixture.ts';
import { startProgram } from './start-program.ts';

function openSteps(fixture: QueueFixture, onError?: NonNullable<StepsOptions['onError']>): Steps {
  const { redis, store, announcements } = fixture;
  const options = { redis, store, announcements };
  const steps = createSteps(onError === undefined ? options : { ...options, onError });
  onTestFinished(() => steps.close());
  return steps;
}

/** A step that ends when it is told to. */
function createHandler() {
  const seen: string[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  return {
    seen,
    end,
    handle: async (id: string) => {
      seen.push(id);
      await ended;
    },
  };
}

describe('steps', () => {
  it('run once where they are enqueued several times', async () => {
    const fixture = createFixture();
    const steps = openSteps(fixture);
    const handler = createHandler();
    steps.work('read', handler.handle);
    await Promise.all([1, 2, 3].map(() => steps.enqueue('read', '7')));
    await vi.waitUntil(() => handler.seen.length > 0);
    await steps.enqueue('read', '7');
    handler.end();
    // A later step of the queue is through: nothing of the earlier ones is left behind it.
    await steps.enqueue('read', '8');
    await vi.waitFor(() => expect(handler.seen).toContain('8'));
    expect(handler.seen).toEqual(['7', '8']);
  });

  it('run in any process that works on them', async () => {
    const fixture = createFixture();
    const here = openSteps(fixture);
    const there = openSteps(fixture);
    const handler = createHandler();
    handler.end();
    there.work('finish', handler.handle);
    await here.enqueue('finish', '1');
    await vi.waitFor(() => expect(handler.seen).toEqual(['1']));
  });

  it('are tried again when they fail', async () => {
    const fixture = createFixture();
    const errors: object[] = [];
    const steps = openSteps(fixture, (error, place) => errors.push([error.message, place]));
    let runs = 0;
    steps.work('read', async () => {
      runs += 1;
      if (runs === 1) throw new Error('no luck');
    });
    await steps.enqueue('read', '5');
    await vi.waitUntil(() => runs === 2, { timeout: 10_000 });
    expect(errors).toEqual([['no luck', { step: 'read', batchId: '5' }]]);
  });

  it('become due with the drop and with the last row, nobody having enqueued them', async () => {
    const fixture = createFixture();
    const steps = openSteps(fixture);
    const reads = createHandler();
    const finishes = createHandler();
    reads.end();
    steps.work('read', reads.handle);
    steps.work('finish', async (id) => {
      finishes.seen.push(id);
      await fixture.ledger.end(id);
    });
    const { id } = await fixture.ledger.recordDrop(buildDrop());
    await vi.waitUntil(() => reads.seen.includes(id));
    await fixture.ledger.discard(id);
    const running = await startBatch(fixture.ledger, 1);
    const lease = await fixture.ledger.lease('w1');
    const [row] = lease?.rows ?? [];
    if (lease === undefined || row === undefined) throw new Error('Nothing to lease');
    await fixture.ledger.commit(lease, row, buildDone(row));
    await vi.waitFor(async () => {
      expect((await fixture.ledger.readBatch(running))?.state).toBe('done');
    });
  });

  it('are found by a sweep when the announcement was lost', async () => {
    const fixture = createFixture();
    const reading = await fixture.ledger.recordDrop(buildDrop());
    const cancelled = await startBatch(fixture.ledger, 3);
    await fixture.ledger.cancel(cancelled, 'U1');
    await startBatch(fixture.ledger, 3);
    const steps = openSteps(fixture);
    const seen: string[] = [];
    steps.work('read', async (id) => void seen.push(`read ${id}`));
    steps.work('finish', async (id) => {
      seen.push(`finish ${id}`);
      await fixture.ledger.end(id);
    });
    await steps.sweep();
    await vi.waitFor(() =>
      expect(seen).toEqual(expect.arrayContaining([`read ${reading.id}`, `finish ${cancelled}`])),
    );
    expect(new Set(seen).size).toBe(2);
  });

  it('are counted while no process has taken them, of whatever kind they are', async () => {
    const steps = openSteps(createFixture());
    for (const step of ['read', 'finish', 'so-far'] as const) await steps.enqueue(step, '7');
    expect(await steps.waiting()).toBe(3);
  });

  it('abort what runs when they are closed, to be run again', async () => {
    const fixture = createFixture();
    const first = openSteps(fixture);
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    first.work('read', (_id, signal) => {
      started();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    });
    await first.enqueue('read', '3');
    await running;
    await first.close();
    const second = openSteps(fixture);
    const handler = createHandler();
    handler.end();
    second.work('read', handler.handle);
    await vi.waitFor(() => expect(handler.seen).toContain('3'), { timeout: 10_000 });
  });

  it('are taken over when their process is killed', { timeout: 40_000 }, async () => {
    const fixture = createFixture();
    const steps = openSteps(fixture);
    await steps.enqueue('finish', '9');
    const holder = startProgram('step-holder.ts', fixture.server.url, fixture.server.prefix);
    await holder.said('holding 9');
    const handler = createHandler();
    handler.end();
    steps.work('finish', handler.handle);
    await holder.kill();
    await vi.waitFor(() => expect(handler.seen).toContain('9'), { timeout: 20_000 });
  });
});
