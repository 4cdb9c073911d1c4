import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compareHistories, type Histories, type RowCall } from './compare-histories.ts';
import { toSku } from './dropped-table.ts';

const rows = 3;
const skus = [1, 2, 3].map(toSku);

function toCall(sku: string): RowCall {
  return { sku, rowText: `Describe (${sku})`, answered: true };
}

function toLine(sku: string, status = 'done', code = ''): string {
  const digits = createHash('sha256').update(toCall(sku).rowText).digest('hex').slice(0, 8);
  return `${sku},simulated · ${digits},${status},${code}`;
}

function toFile(lines: readonly string[]): Buffer {
  return Buffer.from(`\uFEFF${['sku,answer,status,error_code', ...lines].join('\r\n')}\r\n`);
}

const sound: Histories = {
  rows,
  calls: skus.map(toCall),
  ledger: {
    counts: { state: 'done', total: 3, pending: 0, running: 0, done: 3, failed: 0, cancelled: 0 },
    statuses: ['done', 'done', 'done'],
  },
  posted: [toFile(skus.map((sku) => toLine(sku)))],
};

describe('the common checker', () => {
  it('finds nothing in three histories that tell the same', () => {
    expect(compareHistories(sound)).toEqual({ lost: 0, doubled: 0, repeated: 0, broken: [] });
  });

  it('counts every row as lost where nothing was posted', () => {
    const { lost, broken } = compareHistories({ ...sound, posted: [] });
    expect(lost).toBe(3);
    expect(broken.join()).toContain('no results were posted');
  });

  it('finds a row that is missing, one that stands there twice, and a wrong order', () => {
    const [first = '', second = '', third = ''] = skus.map((sku) => toLine(sku));
    const missing = compareHistories({ ...sound, posted: [toFile([first, third])] });
    expect(missing).toMatchObject({ lost: 1, doubled: 0 });
    const twice = compareHistories({ ...sound, posted: [toFile([first, second, second, third])] });
    expect(twice).toMatchObject({ lost: 0, doubled: 1 });
    const turned = compareHistories({ ...sound, posted: [toFile([second, first, third])] });
    expect(turned.broken.join()).toContain('line 2 of the file');
  });

  it('counts a second results message', () => {
    const posted = [...sound.posted, ...sound.posted];
    expect(compareHistories({ ...sound, posted }).doubled).toBe(1);
  });

  it('takes cancelled rows for sound where a batch was to end early, with the code that they were to have', () => {
    const [first = '', second = ''] = skus.map((sku) => toLine(sku));
    const third = `${skus[2]},,cancelled,E_MODEL_UNAVAILABLE`;
    const [done, cancelled] = [2, 1];
    const told: Histories = {
      ...sound,
      ledger: {
        counts: {
          state: 'cancelled',
          total: 3,
          pending: 0,
          running: 0,
          done,
          failed: 0,
          cancelled,
        },
        statuses: ['done', 'done', 'cancelled'],
      },
      posted: [toFile([first, second, third])],
    };
    const early = { code: 'E_MODEL_UNAVAILABLE' };
    expect(compareHistories({ ...told, endedEarly: early })).toMatchObject({ lost: 0, broken: [] });
    expect(compareHistories({ ...told, endedEarly: {} }).lost).toBe(1);
    expect(compareHistories(told)).toMatchObject({ lost: 1 });
    const still = { ...told, endedEarly: early, ledger: sound.ledger };
    expect(compareHistories(still).broken.join()).toContain('not cancelled');
  });

  it('counts a row that failed without cause as lost, and one that had to fail as sound', () => {
    const [first = '', , third = ''] = skus.map((sku) => toLine(sku));
    const histories: Histories = {
      ...sound,
      ledger: {
        counts: {
          state: 'done',
          total: 3,
          pending: 0,
          running: 0,
          done: 2,
          failed: 1,
          cancelled: 0,
        },
        statuses: ['done', 'failed', 'done'],
      },
      posted: [toFile([first, toLine(toSku(2), 'failed', 'E_ROW_CRASHED_WORKER'), third])],
    };
    expect(compareHistories(histories).lost).toBe(1);
    const failures = new Map([[toSku(2), 'E_ROW_CRASHED_WORKER']]);
    expect(compareHistories({ ...histories, failures })).toMatchObject({ lost: 0, broken: [] });
  });

  it('counts calls beyond one a row', () => {
    const calls = [...sound.calls, toCall(toSku(2)), toCall(toSku(2))];
    expect(compareHistories({ ...sound, calls }).repeated).toBe(2);
  });

  it('notices answers of other rows, and answers that nobody gave', () => {
    const calls = sound.calls.filter(({ sku }) => sku !== toSku(3));
    expect(compareHistories({ ...sound, calls }).broken.join()).toContain(
      'not those of their rows',
    );
  });

  it.each([
    [{ done: 4 }, 'do not add up'],
    [{ running: 1, done: 2 }, 'open after the end'],
    [{ state: 'finishing' }, 'not done'],
    [{ total: 4, done: 4 }, 'rows were dropped'],
  ])('notices a ledger with %o', (change, sentence) => {
    const counts = {
      state: 'done',
      total: 3,
      pending: 0,
      running: 0,
      done: 3,
      failed: 0,
      cancelled: 0,
      ...change,
    };
    const ledger = { ...sound.ledger, counts };
    expect(compareHistories({ ...sound, ledger }).broken.join()).toContain(sentence);
  });

  it('notices a single byte that differs from the run without faults', () => {
    const other = Buffer.from(sound.posted[0] ?? '');
    other[other.length - 10] = 120;
    const { broken } = compareHistories({ ...sound, undisturbed: other });
    expect(broken.join()).toContain('byte for byte');
  });
});
