import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { NamedResult } from '../../src/batch/completion.ts';
import type { Lease } from '../../src/batch/lease.ts';
import { toFault } from '../../src/errors.ts';
import { createRowWorker, rowWorkerDefaults, type RowWorker } from '../../src/work/row-worker.ts';
import type { ModelEndpoint } from '../../src/work/ports.ts';
import type { RowNeeds } from '../../src/work/run-row.ts';
import {
  batch,
  createFakeAnswers,
  createFakeLedger,
  fakeEndpoint,
  fakeRowNeeds,
  rowsOf,
  type FakeLedger,
} from './fakes.ts';

const answer: NamedResult = {
  kind: 'answer',
  model: 'm',
  content: '{"title":"A title"}',
  truncated: false,
  usage: { promptTokens: 1, completionTokens: 1 },
  seconds: 0.1,
};
const picture = { bytes: Buffer.from('jpeg'), hash: 'h', width: 32, height: 32 };

/** What a Redis that is full says. */
const refusal = Object.assign(new Error('OOM command not allowed'), { name: 'ReplyError' });

interface World {
  readonly ledger: FakeLedger;
  readonly worker: RowWorker;
  /** Requests that the server has got and not answered yet. */
  readonly open: Set<() => void>;
  readonly aborted: () => number;
}

interface Setting {
  readonly slots?: number;
  /** False: the server answers at once. */
  readonly hold?: boolean;
  readonly needs?: Partial<RowNeeds>;
  /** In the place of holding. */
  readonly complete?: ModelEndpoint['server']['complete'];
}

/** A worker whose gate lets `slots` rows through at a time; requests end when the test says so. */
function start(
  ledger: FakeLedger,
  { slots = 2, hold = true, needs = {}, complete }: Setting = {},
): World {
  const open = new Set<() => void>();
  const waiting: (() => void)[] = [];
  let inside = 0;
  let aborted = 0;
  const isFull = (): boolean => inside >= slots;
  const endpoint = fakeEndpoint({
    gate: {
      budget: () => 8,
      async run({ signal }, work) {
        while (isFull()) {
          const { promise, resolve } = Promise.withResolvers<void>();
          waiting.push(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
          await promise;
          signal.throwIfAborted();
        }
        inside += 1;
        try {
          return await work();
        } finally {
          inside -= 1;
          waiting.shift()?.();
        }
      },
    },
    server: {
      ...fakeEndpoint().server,
      async complete(request, signal) {
        if (complete !== undefined) return complete(request, signal);
        if (!hold) return answer;
        const { promise, resolve, reject } = Promise.withResolvers<NamedResult>();
        const end = (): void => resolve(answer);
        open.add(end);
        signal.addEventListener('abort', () => {
          aborted += 1;
          reject(new Error('aborted'));
        });
        return promise.finally(() => open.delete(end));
      },
    },
  });
  const worker = createRowWorker(
    fakeRowNeeds(ledger, endpoint, { prepareImage: async () => picture, ...needs }),
    { ...rowWorkerDefaults, rowsAhead: 6, renewMs: 5, idleMs: 5 },
  );
  worker.start();
  onTestFinished(() => worker.stop(0));
  return { ledger, worker, open, aborted: () => aborted };
}

describe('the worker', () => {
  it('runs nothing beside a row that is suspected of killing its worker', async () => {
    const [suspect, ...others] = rowsOf(12);
    if (suspect === undefined) throw new Error('there is no row');
    const leases = [
      { batchId: '7', chunk: 0, token: 'a', rows: others },
      { batchId: '7', chunk: 1, token: 'b', rows: [suspect], caution: 'solitary' as const },
      { batchId: '7', chunk: 2, token: 'c', rows: rowsOf(6) },
    ];
    const noted: number[] = [];
    const ledger: FakeLedger = createFakeLedger([], {
      lease: async () => leases.shift(),
      noteStart: async ({ token }) => {
        expect(token).toBe('b');
        noted.push(ledger.committed.length);
        return true;
      },
    });
    const { open } = start(ledger, { slots: 20 });
    const endAll = (): void => {
      for (const end of open) end();
    };
    const isReleased = (token: string): boolean =>
      ledger.released.some((released) => released.token === token);
    while (noted.length === 0) {
      await vi.waitFor(() => expect(open.size + noted.length).toBeGreaterThan(0));
      if (noted.length === 0) endAll();
    }
    // All that was begun before has come to its end.
    expect(noted).toEqual([ledger.committed.length]);
    await vi.waitFor(() => expect(open.size).toBe(1));
    expect(isReleased('b')).toBe(false);
    endAll();
    await vi.waitFor(() => expect(isReleased('b')).toBe(true));
    await vi.waitFor(() => {
      endAll();
      expect(ledger.released).toHaveLength(3);
    });
  });

  it('does not begin a watched row whose lease is lost', async () => {
    const leases: Lease[] = [
      { batchId: '7', chunk: 0, token: 'a', rows: rowsOf(1), caution: 'watched' },
    ];
    const ledger = createFakeLedger([], {
      lease: async () => leases.shift(),
      noteStart: async () => false,
    });
    start(ledger, { hold: false });
    await vi.waitFor(() => expect(ledger.released).toHaveLength(1));
    expect(ledger.committed).toEqual([]);
  });

  it('records an outcome for every row of its chunk and gives the chunk back', async () => {
    const { ledger } = start(createFakeLedger(rowsOf(25)), { hold: false });
    await vi.waitFor(() => expect(ledger.released).toHaveLength(1));
    expect(ledger.committed.map(({ row }) => row.index).toSorted((a, b) => a - b)).toEqual(
      rowsOf(25).map((row) => row.index),
    );
    expect(ledger.committed.every(({ outcome }) => outcome.status === 'done')).toBe(true);
  });

  it('notes how many pictures of a row were animated', async () => {
    const [first, second] = rowsOf(2);
    if (first === undefined || second === undefined) throw new Error('no rows');
    const still = 'https://shop.example/still.jpg';
    const images = ['https://shop.example/a.gif', still, 'https://shop.example/b.gif'];
    const rows = [
      { ...first, images },
      { ...second, images: [still] },
    ];
    const { ledger } = start(createFakeLedger(rows), {
      hold: false,
      needs: {
        prepareImage: async (reference) =>
          reference === still ? picture : { ...picture, warning: 'animated' },
      },
    });
    await vi.waitFor(() => expect(ledger.committed).toHaveLength(2));
    const outcomes = new Map(ledger.committed.map(({ row, outcome }) => [row.index, outcome]));
    expect(outcomes.get(0)).toMatchObject({ status: 'done', animatedPictures: 2 });
    expect(outcomes.get(1)).not.toHaveProperty('animatedPictures');
  });

  it('fails a row that was faulty as read, and one whose picture is, without asking the model', async () => {
    const fault = toFault('E_ROW_NO_IMAGE', { column: 'image' });
    const [first, second] = rowsOf(2);
    if (first === undefined || second === undefined) throw new Error('no rows');
    const ledger = createFakeLedger([{ ...first, fault }, second]);
    const bad = toFault('E_FILE_GONE', {});
    const { open } = start(ledger, { needs: { prepareImage: async () => bad } });
    await vi.waitFor(() => expect(ledger.committed).toHaveLength(2));
    expect(ledger.committed.map(({ outcome }) => outcome)).toEqual([
      { status: 'failed', fault },
      { status: 'failed', fault: bad },
    ]);
    expect(open.size).toBe(0);
  });

  it('drops unsent rows when the batch is paused, and lets requests under way finish', async () => {
    const { ledger, open, aborted } = start(createFakeLedger(rowsOf(6)));
    await vi.waitFor(() => expect(open.size).toBe(2));
    ledger.renewal = 'paused';
    await vi.waitFor(() => expect(ledger.renewals).toBeGreaterThan(0));
    const before = ledger.renewals;
    await vi.waitFor(() => expect(ledger.renewals).toBeGreaterThan(before + 1));
    for (const end of open) end();
    await vi.waitFor(() => expect(ledger.released).toHaveLength(1));
    expect(ledger.committed).toHaveLength(2);
    expect(aborted()).toBe(0);
  });

  it.each(['lost', 'cancelled'] as const)(
    'aborts requests under way when the lease is %s',
    async (state) => {
      const { ledger, open, aborted } = start(createFakeLedger(rowsOf(6)));
      await vi.waitFor(() => expect(open.size).toBe(2));
      ledger.renewal = state;
      await vi.waitFor(() => expect(ledger.released).toHaveLength(1));
      expect(aborted()).toBe(2);
      expect(ledger.committed).toEqual([]);
    },
  );

  it('aborts at once when a cancellation is announced, without waiting for a renewal', async () => {
    const { ledger, open, aborted } = start(createFakeLedger(rowsOf(6)));
    await vi.waitFor(() => expect(open.size).toBe(2));
    ledger.cancel('another');
    expect(aborted()).toBe(0);
    ledger.cancel('7');
    expect(aborted()).toBe(2);
    await vi.waitFor(() => expect(ledger.released).toHaveLength(1));
  });

  it('begins none of the waiting rows of a batch that was cancelled', async () => {
    let prepared = 0;
    const prepareImage = async (): Promise<typeof picture> => {
      prepared += 1;
      return picture;
    };
    const { ledger, open } = start(createFakeLedger(rowsOf(50)), { needs: { prepareImage } });
    await vi.waitFor(() => expect(open.size).toBe(2));
    const before = prepared;
    expect(before).toBe(9);
    ledger.cancel('7');
    await vi.waitFor(() => expect(ledger.released).toHaveLength(1));
    expect(prepared).toBe(before);
  });

  it('on stopping lets requests under way finish and gives the rest back', async () => {
    const { ledger, worker, open, aborted } = start(createFakeLedger(rowsOf(6)));
    await vi.waitFor(() => expect(open.size).toBe(2));
    const stopped = worker.stop(60_000);
    for (const end of open) end();
    await stopped;
    expect(ledger.committed).toHaveLength(2);
    expect(ledger.released).toHaveLength(1);
    expect(aborted()).toBe(0);
  });

  it('on stopping aborts what does not end in time', async () => {
    const { ledger, worker, open, aborted } = start(createFakeLedger(rowsOf(6)));
    await vi.waitFor(() => expect(open.size).toBe(2));
    await worker.stop(1);
    expect(aborted()).toBe(2);
    expect(ledger.committed).toEqual([]);
    expect(ledger.released).toHaveLength(1);
  });

  it('goes on after a moment in which nothing could be leased', async () => {
    let asked = 0;
    const inner = createFakeLedger(rowsOf(3));
    const ledger = createFakeLedger([], {
      ...inner,
      lease: async (name) => {
        asked += 1;
        if (asked === 1) throw new Error('Redis is away');
        return asked === 2 ? undefined : inner.lease(name);
      },
    });
    start(ledger, { hold: false });
    await vi.waitFor(() => expect(inner.committed).toHaveLength(3));
  });

  it('holds an outcome until Redis takes writes again, and asks no model twice', async () => {
    const inner = createFakeLedger(rowsOf(1));
    let refusals = 0;
    const ledger = createFakeLedger([], {
      ...inner,
      commit: async (lease, row, outcome) => {
        if (refusals === 2) return inner.commit(lease, row, outcome);
        refusals += 1;
        throw refusal;
      },
    });
    start(ledger, { hold: false });
    await vi.waitFor(() => expect(inner.committed).toHaveLength(1));
    expect(inner.released).toHaveLength(1);
  });

  it('lets go of an outcome that it holds when the row is no longer its own', async () => {
    const inner = createFakeLedger(rowsOf(1));
    let refusals = 0;
    const ledger: FakeLedger = createFakeLedger([], {
      ...inner,
      commit: async () => {
        refusals += 1;
        throw refusal;
      },
      renew: async (leases) => leases.map(() => (refusals > 0 ? 'lost' : 'held')),
    });
    start(ledger, { hold: false });
    await vi.waitFor(() => expect(inner.released).toHaveLength(1));
    expect(inner.committed).toEqual([]);
  });

  it('outlives an outcome that cannot be recorded while other rows wait', async () => {
    const inner = createFakeLedger(rowsOf(25));
    const ledger = createFakeLedger([], {
      ...inner,
      commit: async (lease, row, outcome) => {
        if (row.index === 0) throw new Error('OOM command not allowed');
        return inner.commit(lease, row, outcome);
      },
    });
    const { open } = start(ledger);
    await vi.waitFor(() => expect(open.size).toBe(2));
    await vi.waitFor(() => {
      for (const end of open) end();
      expect(inner.released).toHaveLength(1);
    });
    expect(inner.committed).toHaveLength(24);
  });

  it('asks by the recipe of the batch that it leased, also when a number is used again', async () => {
    const asked: string[] = [];
    const chunks = [rowsOf(1), rowsOf(1)];
    const ledger = createFakeLedger([], {
      lease: async () => {
        const rows = chunks.shift();
        return rows && { batchId: '7', chunk: 0, token: 'token', rows };
      },
      readBatch: async () => {
        const prompt = chunks.length === 1 ? 'Before.' : 'After.';
        return { ...batch, ...(batch.recipe && { recipe: { ...batch.recipe, prompt } }) };
      },
    });
    start(ledger, {
      complete: async ({ system }) => {
        asked.push(system);
        return answer;
      },
    });
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked.map((system) => /Before|After/.exec(system)?.[0])).toEqual(['Before', 'After']);
  });

  it('on stopping sends no row of a chunk that comes late', async () => {
    const late = Promise.withResolvers<void>();
    const inner = createFakeLedger(rowsOf(3));
    const ledger = createFakeLedger([], {
      ...inner,
      lease: async (name) => {
        await late.promise;
        return inner.lease(name);
      },
    });
    const { open, worker } = start(ledger);
    const stopped = worker.stop(60_000);
    late.resolve();
    await stopped;
    expect(open.size).toBe(0);
    expect(inner.released).toHaveLength(1);
  });

  it('asks equal rows once, and lets other rows pass those that wait', async () => {
    const equal = rowsOf(30).map((row) => ({ ...row, cells: ['the same mug', ''] }));
    const [other] = rowsOf(1);
    if (other === undefined) throw new Error('no rows');
    const ledger = createFakeLedger([...equal, { ...other, index: 30 }]);
    const { open } = start(ledger);
    await vi.waitFor(() => expect(open.size).toBe(2));
    for (const end of open) end();
    await vi.waitFor(() => expect(ledger.committed).toHaveLength(31));
    const asked = ledger.committed.filter(
      ({ outcome }) => outcome.status === 'done' && !outcome.cached,
    );
    expect(asked).toHaveLength(2);
  });

  it('asks every row of a batch that wants no stored answers', async () => {
    const equal = rowsOf(3).map((row) => ({ ...row, cells: ['the same mug', ''] }));
    const recipe = batch.recipe && { ...batch.recipe, cache: false };
    const ledger = createFakeLedger(equal, {
      readBatch: async () => ({ ...batch, ...(recipe && { recipe }) }),
    });
    const { open } = start(ledger, { slots: 3 });
    await vi.waitFor(() => expect(open.size).toBe(3));
  });

  it.each(['paused', 'lost', 'cancelled'] as const)(
    'gives rows that wait for an equal one back at once when the batch is %s',
    async (state) => {
      const equal = rowsOf(3).map((row) => ({ ...row, cells: ['the same mug', ''] }));
      const answers = createFakeAnswers();
      answers.busy = true;
      const ledger = createFakeLedger(equal);
      start(ledger, { needs: { answers, lookEveryMs: 60_000 } });
      await vi.waitFor(() => expect(answers.claims).toBe(1));
      ledger.renewal = state;
      await vi.waitFor(() => expect(ledger.released).toHaveLength(1));
      expect(ledger.committed).toEqual([]);
    },
  );
});
