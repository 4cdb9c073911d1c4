import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/batch/batch.ts';
import { toFault } from '../../src/errors.ts';
import { createFinishStep, type FinishNeeds } from '../../src/work/finish-batch.ts';
import { batch as template, createFakeLedger, quiet, rowsOf, type FakeLedger } from './fakes.ts';

const counts = { total: 3, pending: 0, running: 0, done: 2, failed: 1, cancelled: 0 };

function world(
  batch: Partial<Batch> = {},
  needs: Partial<Omit<FinishNeeds, 'ledger'>> = {},
): { finish: () => Promise<void>; ledger: FakeLedger; seen: string[] } {
  const finishing: Batch = { ...template, state: 'finishing', counts, ...batch };
  const ledger = createFakeLedger([], { readBatch: async () => finishing });
  const seen: string[] = [];
  const step = createFinishStep({
    ledger,
    log: quiet,
    openDirectory: async () => ({
      path: '/tmp/results',
      [Symbol.asyncDispose]: async () => void seen.push('directory removed'),
    }),
    writeResults: async () => {
      seen.push('written');
      return { files: [], rows: 3, unfinished: 1, samples: [] };
    },
    removeFiles: async () => void seen.push('files removed'),
    deliver: async () => void seen.push('delivered'),
    ...needs,
  });
  return { finish: () => step('7', new AbortController().signal), ledger, seen };
}

describe('finishing a batch', () => {
  it('writes, delivers, ends it, and removes what was dropped', async () => {
    const { finish, ledger, seen } = world();
    await finish();
    expect(seen).toEqual(['written', 'delivered', 'files removed', 'directory removed']);
    expect(ledger.ended).toEqual(['7']);
  });

  it('does nothing for a batch that has ended or still runs', async () => {
    for (const state of ['done', 'cancelled', 'running'] as const) {
      const { finish, ledger, seen } = world({ state });
      await finish();
      expect([...seen, ...ledger.ended]).toEqual([]);
    }
  });

  it('never posts a batch as finished whose rows do not add up', async () => {
    const damages = [
      { done: 1 },
      { pending: 1 },
      { running: 1, done: 1 },
      { running: -1, done: 3 },
      { pending: -2, done: 4 },
    ];
    for (const change of damages) {
      const { finish, ledger, seen } = world({ counts: { ...counts, ...change } });
      await expect(finish()).rejects.toThrow('do not add up');
      expect([...seen, ...ledger.ended]).toEqual([]);
    }
  });

  it('says of each row that is not done why, where the batch could not go on', async () => {
    const fault = toFault('E_MODEL_UNAVAILABLE', { hours: 24 });
    const outcomes: unknown[] = [];
    const { finish, ledger } = world(
      { fault },
      {
        writeResults: async (_batch, { rows }) => {
          for await (const chunk of rows) outcomes.push(...chunk.map(({ outcome }) => outcome));
          return { files: [], rows: 3, unfinished: 1, samples: [] };
        },
      },
    );
    ledger.readResults = async function* () {
      const failed = { status: 'failed', fault: toFault('E_MODEL_ERROR', {}) } as const;
      const [first, second] = rowsOf(2);
      if (first === undefined || second === undefined) return;
      yield [
        { row: first, outcome: failed },
        { row: second, outcome: { status: 'cancelled' } },
      ];
    };
    await finish();
    expect(outcomes).toEqual([
      { status: 'failed', fault: toFault('E_MODEL_ERROR', {}) },
      { status: 'cancelled', fault },
    ]);
  });

  it('never posts a file that lacks rows', async () => {
    const short = { files: [], rows: 2, unfinished: 0, samples: [] };
    const { finish, ledger, seen } = world({}, { writeResults: async () => short });
    await expect(finish()).rejects.toThrow('2 rows were written');
    expect(seen).toEqual(['directory removed']);
    expect(ledger.ended).toEqual([]);
  });

  it('never posts a file with another number of rows done than were counted', async () => {
    const fewer = { files: [], rows: 3, unfinished: 2, samples: [] };
    const { finish, ledger, seen } = world({}, { writeResults: async () => fewer });
    await expect(finish()).rejects.toThrow('2 of them not done');
    expect([...seen, ...ledger.ended]).toEqual(['directory removed']);
  });

  it('leaves it to be finished again when the delivery fails', async () => {
    const { finish, ledger, seen } = world(
      {},
      { deliver: async () => Promise.reject(new Error('Slack is away')) },
    );
    await expect(finish()).rejects.toThrow('Slack is away');
    expect(seen.at(-1)).toBe('directory removed');
    expect(ledger.ended).toEqual([]);
  });
});
