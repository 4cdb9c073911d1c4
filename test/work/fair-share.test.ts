import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { NamedResult } from '../../src/batch/completion.ts';
import { createRowWorker, rowWorkerDefaults } from '../../src/work/row-worker.ts';
import type { Ledger, ModelEndpoint } from '../../src/work/ports.ts';
import type { RowNeeds } from '../../src/work/run-row.ts';
import { createGate } from '../../src/queue/gate.ts';
import { connectFixture, createFixture, startBatch } from '../queue/queue-fixture.ts';
import { alone, createFakeBatches, type FakeBatches } from './fake-batches.ts';
import { batch, fakeEndpoint, fakeRowNeeds, rowsOf } from './fakes.ts';

const answer: NamedResult = {
  kind: 'answer',
  model: 'm',
  content: '{"title":"A title"}',
  truncated: false,
  usage: { promptTokens: 1, completionTokens: 1 },
  seconds: 0.1,
};
const picture = { bytes: Buffer.alloc(1000), hash: 'h', width: 32, height: 32 };

interface Setting {
  readonly prepareImage?: RowNeeds['prepareImage'];
  readonly slowMs?: number;
}

function startWorker(ledger: Ledger, endpoint: ModelEndpoint, setting: Setting = {}): void {
  const { prepareImage = async () => picture, slowMs = 60_000 } = setting;
  const worker = createRowWorker(fakeRowNeeds(ledger, endpoint, { prepareImage }), {
    ...rowWorkerDefaults,
    slowMs,
    idleMs: 5,
  });
  worker.start();
  onTestFinished(() => worker.stop(0));
}

/** Everything that is under way without the test's doing has run. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => void setImmediate(resolve));
};

const slots = 16;

interface Server {
  readonly endpoint: ModelEndpoint;
  /** Answers the oldest request. */
  answerOne(): Promise<void>;
  /** Every slot is taken, and other rows wait for one. */
  full(): Promise<void>;
}

/** A server that answers when the test says so, behind a gate that knows no weights. */
function createServer(): Server {
  const answers: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  let free = slots;
  const endpoint = fakeEndpoint({
    gate: {
      budget: () => slots,
      async run({ signal }, work) {
        if (free === 0) await unlessAborted(signal, (resolve) => waiting.push(resolve));
        free -= 1;
        try {
          return await work();
        } finally {
          free += 1;
          waiting.shift()?.();
        }
      },
    },
    server: {
      ...fakeEndpoint().server,
      async complete(_request, signal) {
        await unlessAborted(signal, (resolve) => answers.push(resolve));
        return answer;
      },
    },
  });
  return {
    endpoint,
    async answerOne() {
      answers.shift()?.();
      await settle();
    },
    full: () => vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0)),
  };
}

async function unlessAborted(
  signal: AbortSignal,
  wait: (resolve: () => void) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => reject(new Error('aborted')));
  wait(resolve);
  await promise;
}

/** Pictures of this host never come. */
const slowHost = 'https://slow.example/';

const prepareUnlessSlow: RowNeeds['prepareImage'] = async (reference, { signal }) => {
  if (reference === slowHost) await unlessAborted(signal, () => {});
  return picture;
};

const answerUnlessEqual: ModelEndpoint['server']['complete'] = async ({ text }, signal) => {
  if (text.includes('the same mug')) await unlessAborted(signal, () => {});
  return answer;
};

/** Answers until the small batch's 20 rows are done. */
async function countAnswers(ledger: FakeBatches, server: Server): Promise<number> {
  let answers = 0;
  for (; ledger.done('small') < 20; answers++) await server.answerOne();
  return answers;
}

describe('the worker with several batches', () => {
  it('ends a small batch dropped beside a large one within twice its time alone and one round', async () => {
    const ledger = createFakeBatches(alone);
    const server = createServer();
    startWorker(ledger, server.endpoint);
    ledger.drop('large', 100_000);
    await server.full();
    for (let answers = 0; answers < 100; answers++) await server.answerOne();
    ledger.drop('small', 20);
    await vi.waitFor(() => expect(ledger.running('small')).toBe(20));
    await settle();
    expect(await countAnswers(ledger, server)).toBeLessThanOrEqual(2 * 20 + slots);
  });

  it('gives ten batches equal shares', async () => {
    const ledger = createFakeBatches(alone);
    const { endpoint, answerOne, full } = createServer();
    const ids = Array.from({ length: 10 }, (_, index) => `batch ${index}`);
    startWorker(ledger, endpoint);
    for (const id of ids) ledger.drop(id, 1000);
    await full();
    await vi.waitFor(() => {
      expect(ids.every((id) => ledger.running(id) > 0)).toBe(true);
    });
    for (let answers = 0; answers < 500; answers++) await answerOne();
    const before = ids.map((id) => ledger.done(id));
    for (let answers = 0; answers < 500; answers++) await answerOne();
    const shares = ids.map((id, index) => ledger.done(id) - (before[index] ?? 0));
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(2);
  });

  it('lets a host that never answers hold up nothing but its own rows', async () => {
    const ledger = createFakeBatches(alone);
    const server = { ...fakeEndpoint().server, complete: async () => answer };
    startWorker(ledger, fakeEndpoint({ server }), { prepareImage: prepareUnlessSlow, slowMs: 1 });
    const slow = rowsOf(5000).map((row) => ({ ...row, images: [slowHost] }));
    ledger.drop('slow', slow);
    ledger.drop(
      'mixed',
      rowsOf(2000).map((row) => (row.index % 2 === 0 ? { ...row, images: [slowHost] } : row)),
    );
    ledger.drop('quick', 300);
    await vi.waitFor(() => {
      expect(ledger.done('quick')).toBe(300);
      expect(ledger.done('mixed')).toBe(1000);
    });
    expect(ledger.done('slow')).toBe(0);
  });

  it('is kept from no batch by others whose records cannot be read', async () => {
    const inner = createFakeBatches(alone);
    const ledger: FakeBatches = {
      ...inner,
      readBatch: async (id) => {
        if (id.startsWith('broken')) throw new Error('no such record');
        return inner.readBatch(id);
      },
      // What could not be started is there to be leased again.
      lease: async (worker, leaveOut = []) => {
        const broken = ['broken 1', 'broken 2'].find((id) => !leaveOut.includes(id));
        if (broken === undefined) return inner.lease(worker, leaveOut);
        return { batchId: broken, chunk: 0, token: broken, rows: rowsOf(1) };
      },
    };
    const server = { ...fakeEndpoint().server, complete: async () => answer };
    startWorker(ledger, fakeEndpoint({ server }));
    ledger.drop('sound', 500);
    await vi.waitFor(() => expect(ledger.done('sound')).toBe(500));
  });

  it('lets thousands of rows that wait for one answer hold up no other batch', async () => {
    const ledger = createFakeBatches(batch);
    const server = { ...fakeEndpoint().server, complete: answerUnlessEqual };
    startWorker(ledger, fakeEndpoint({ server }));
    ledger.drop(
      'equal',
      rowsOf(5000).map((row) => ({ ...row, cells: ['the same mug', ''] })),
    );
    await vi.waitFor(() => expect(ledger.running('equal')).toBeGreaterThanOrEqual(2000));
    ledger.drop('other', 500);
    await vi.waitFor(() => expect(ledger.done('other')).toBe(500));
    expect(ledger.running('equal')).toBeLessThan(2100);
  });
});

describe('two workers on one Redis', () => {
  it('share a small batch’s rows and a large one’s fairly, and keep to the budget', async () => {
    const fixture = createFixture();
    const other = connectFixture(fixture.server.url, fixture.server.prefix);
    const inFlight = { now: 0, most: 0 };
    for (const { ledger } of [fixture, other]) {
      const gate = await createGate({
        redisUrl: fixture.server.url,
        prefix: fixture.server.prefix,
        endpoint: 'gpu:8000',
        budget: 8,
        expirationMs: 60_000,
      });
      onTestFinished(() => gate.close());
      const complete = async (): Promise<NamedResult> => {
        inFlight.now += 1;
        inFlight.most = Math.max(inFlight.most, inFlight.now);
        await settle();
        inFlight.now -= 1;
        return answer;
      };
      startWorker(ledger, fakeEndpoint({ gate, server: { ...fakeEndpoint().server, complete } }));
    }
    const largeId = await startBatch(fixture.ledger, 1000);
    await vi.waitFor(async () => {
      expect((await fixture.ledger.readBatch(largeId))?.counts.done).toBeGreaterThan(50);
    });
    const smallId = await startBatch(other.ledger, 20);
    const before = (await fixture.ledger.readBatch(largeId))?.counts.done ?? 0;
    await vi.waitFor(
      async () => {
        expect((await fixture.ledger.readBatch(smallId))?.counts.done).toBe(20);
      },
      { interval: 5 },
    );
    const counts = (await fixture.ledger.readBatch(largeId))?.counts;
    // One worker has the small batch's only chunk: it gives it half of its own half of the slots.
    expect((counts?.done ?? 1000) - before).toBeLessThanOrEqual(200);
    await vi.waitFor(async () => {
      expect((await fixture.ledger.readBatch(largeId))?.counts.done).toBe(1000);
    });
    expect(inFlight.most).toBeLessThanOrEqual(8);
  });
});
