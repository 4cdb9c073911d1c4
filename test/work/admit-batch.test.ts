import { describe, expect, it } from 'vitest';
import { admitBatch, type AdmissionNeeds } from '../../src/work/admit-batch.ts';

const limits = {
  approvalRows: 20_000,
  approvalSeconds: 7200,
  rowsPerDay: 50_000,
  batchesPerPerson: 2,
};

function needs(parts: { rate?: number; left?: number } = {}): AdmissionNeeds {
  const { rate, left = 50_000 } = parts;
  return {
    limits,
    ledger: {
      chargeRows: async (_, rows, most) => ({
        counted: rows <= Math.min(left, most),
        left,
        secondsToReset: 5400,
      }),
      lastRate: async () => rate,
    },
  };
}

describe('a batch that has been read', () => {
  it.each([
    [20_000, undefined, false],
    [20_001, undefined, true],
    [7200, 1, false],
    [7201, 1, true],
    [20_000, 100, false],
    [100, 0, false],
  ])('of %d rows at %s rows a second needs an operator: %s', async (rows, rate, needsApproval) => {
    const admission = await admitBatch(
      { id: '1' },
      rows,
      needs(rate === undefined ? {} : { rate }),
    );
    expect(admission).toMatchObject({ needsApproval, batchesPerPerson: 2 });
  });

  it('says how long it would take, where that is known', async () => {
    expect(await admitBatch({ id: '1' }, 1000, needs({ rate: 2 }))).toMatchObject({
      estimateSeconds: 500,
    });
    expect(await admitBatch({ id: '1' }, 1000, needs())).not.toHaveProperty('estimateSeconds');
  });

  it('is refused beyond the day’s rows, with what is left and when there are more', async () => {
    await expect(admitBatch({ id: '1' }, 300, needs({ left: 200 }))).rejects.toThrow(
      /300 rows, but of your 50,000 rows a day 200 are left. Drop it again in 2 h/u,
    );
    await expect(admitBatch({ id: '1' }, 50_001, needs())).rejects.toThrow('raise ROWS_PER_DAY');
  });

  it('is asked nothing where there are no limits', async () => {
    const { ledger } = needs();
    expect(await admitBatch({ id: '1' }, 1_000_000, { ledger })).toEqual({});
  });
});
