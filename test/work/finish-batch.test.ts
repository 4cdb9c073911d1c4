import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/batch/batch.ts';
import { DamageError } from '../../src/batch/damage.ts';
import type { FinishedRow } from '../../src/batch/results.ts';
import { toFault } from '../../src/errors.ts';
import { createFinishStep, type FinishNeeds } from '../../src/work/finish-batch.ts';
import { batch as template, createFakeLedger, quiet, rowsOf, type FakeLedger } from './fakes.ts';

const counts = { total: 3, pending: 0, running: 0, done: 2, failed: 1, cancelled: 0 };
const summary = {
  rows: 3,
  faultyRows: 0,
  rowsWithoutImage: 0,
  repeatedImages: 0,
  images: 3,
  warnings: [],
};

const done: FinishedRow['outcome'] = {
  status: 'done',
  fields: ['a'],
  usage: { promptTokens: 1, completionTokens: 1 },
  modelSeconds: 1,
  cached: false,
};
const failed: FinishedRow['outcome'] = { status: 'failed', fault: toFault('E_MODEL_ERROR', {}) };

function toFinished(outcomes: readonly FinishedRow['outcome'][]): readonly FinishedRow[] {
  const rows = rowsOf(outcomes.length);
  return outcomes.flatMap((outcome, index) => {
    const row = rows[index];
    return row === undefined ? [] : [{ row, outcome }];
  });
}

function world(
  batch: Partial<Batch> = {},
  needs: Partial<Omit<FinishNeeds, 'ledger'>> = {},
): { finish: () => Promise<void>; ledger: FakeLedger; seen: string[] } {
  const finishing: Batch = { ...template, state: 'finishing', counts, summary, ...batch };
  const ledger = createFakeLedger([], {
    readBatch: async () => finishing,
    async *readResults() {
      yield toFinished([done, failed, done]);
    },
  });
  const seen: string[] = [];
  const step = createFinishStep({
    ledger,
    log: quiet,
    openDirectory: async () => ({
      path: '/tmp/results',
      [Symbol.asyncDispose]: async () => void seen.push('directory removed'),
    }),
    writeResults: async (_batch, { rows }) => {
      for await (const _ of rows);
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
    const fewer = { ...counts, total: 2, done: 1 };
    const wrong = damages.map((change) => ({ ...counts, ...change }));
    for (const counted of [...wrong, fewer]) {
      const { finish, ledger, seen } = world({ counts: counted });
      await expect(finish()).rejects.toThrow('do not add up');
      expect([...seen, ...ledger.ended]).toEqual([]);
    }
  });

  it('says of each row that is not done why, where the batch could not go on', async () => {
    const fault = toFault('E_MODEL_UNAVAILABLE', { hours: 24 });
    const outcomes: unknown[] = [];
    const { finish, ledger } = world(
      { fault, counts: { ...counts, done: 1, cancelled: 1 } },
      {
        writeResults: async (_batch, { rows }) => {
          for await (const chunk of rows) outcomes.push(...chunk.map(({ outcome }) => outcome));
          return { files: [], rows: 3, unfinished: 2, samples: [] };
        },
      },
    );
    ledger.readResults = async function* () {
      yield toFinished([failed, { status: 'cancelled' }, done]);
    };
    await finish();
    expect(outcomes).toEqual([failed, { status: 'cancelled', fault }, done]);
    expect(ledger.ended).toEqual(['7']);
  });

  it('never posts a file that lacks rows, or has another number of them done than were counted', async () => {
    for (const wrong of [
      { rows: 2, unfinished: 0 },
      { rows: 3, unfinished: 2 },
    ]) {
      const writeResults: FinishNeeds['writeResults'] = async (_batch, { rows }) => {
        for await (const _ of rows);
        return { files: [], samples: [], ...wrong };
      };
      const { finish, ledger, seen } = world({}, { writeResults });
      await expect(finish()).rejects.toThrow(`${wrong.rows} rows were written`);
      expect([...seen, ...ledger.ended]).toEqual(['directory removed']);
    }
  });

  it('never posts outcomes that were not counted so, rows that come twice, or rows that are lost', async () => {
    const [first, second, third] = toFinished([done, failed, done]);
    if (first === undefined || second === undefined || third === undefined) throw new Error('rows');
    const damages: readonly (readonly FinishedRow[])[] = [
      toFinished([done, { status: 'cancelled' }, done]),
      [first, second, second],
      [first, third, second],
      [first, second],
    ];
    for (const rows of damages) {
      const { finish, ledger, seen } = world();
      ledger.readResults = async function* () {
        yield rows;
      };
      await expect(finish()).rejects.toThrow(DamageError);
      expect(seen).not.toContain('delivered');
      expect(ledger.ended).toEqual([]);
    }
  });

  it('has the rows counted anew where they do not add up, and leaves the rest to the next time', async () => {
    const counted: string[] = [];
    for (const rows of [0, 2]) {
      const { finish, ledger, seen } = world({ counts: { ...counts, done: 1 } });
      ledger.recheck = async (id) => {
        counted.push(id);
        return rows;
      };
      await finish();
      expect([...seen, ...ledger.ended]).toEqual([]);
    }
    expect(counted).toEqual(['7', '7']);
  });

  it('does not count anew for what is no damage', async () => {
    const { finish, ledger } = world(
      {},
      { deliver: async () => Promise.reject(new Error('Slack is away')) },
    );
    ledger.recheck = async () => Promise.reject(new Error('counted'));
    await expect(finish()).rejects.toThrow('Slack is away');
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
