// What is asked of a batch that has been read, before it runs: whether its person may have so many rows
// worked on today, and whether an operator has to look at it.

import type { Admission, Batch } from '../batch/batch.ts';
import { fail } from '../errors.ts';
import type { Ledger } from './ports.ts';

/** See config/rules.ts. */
export interface AdmissionLimits {
  readonly approvalRows: number;
  readonly approvalSeconds: number;
  readonly rowsPerDay: number;
  readonly batchesPerPerson: number;
}

export interface AdmissionNeeds {
  readonly ledger: Pick<Ledger, 'chargeRows' | 'lastRate'>;
  /** Nothing is asked of any batch where they are absent. */
  readonly limits?: AdmissionLimits | undefined;
}

/** Throws UserError where the day has not so many rows left. Rows are counted once a batch. */
export async function admitBatch(
  { id }: Pick<Batch, 'id'>,
  rows: number,
  { ledger, limits }: AdmissionNeeds,
): Promise<Admission> {
  if (limits === undefined) return {};
  const { rowsPerDay: limit, approvalRows, approvalSeconds, batchesPerPerson } = limits;
  if (rows > limit) fail('E_ROWS_OVER_DAY', { rows, limit });
  const { counted, left: count, secondsToReset } = await ledger.chargeRows(id, rows, limit);
  const hours = Math.ceil(secondsToReset / 3600);
  if (!counted) fail('E_ROWS_PER_DAY', { rows, limit, count, hours });
  const rate = (await ledger.lastRate()) ?? 0;
  if (rate <= 0) return { batchesPerPerson, needsApproval: rows > approvalRows };
  const estimateSeconds = rows / rate;
  const needsApproval = rows > approvalRows || estimateSeconds > approvalSeconds;
  return { batchesPerPerson, needsApproval, estimateSeconds };
}
