// How many rows a person may have worked on in a day.

import { z } from 'zod';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const chargeScript = readScript('charge-rows', z.tuple([z.number(), z.number(), z.number()]));

export interface RowsCharge {
  /** False where the day has not so many left; then nothing was counted. */
  readonly counted: boolean;
  /** Rows that the day had left before. */
  readonly left: number;
  /** Until the count begins anew, at midnight UTC by Redis' clock. */
  readonly secondsToReset: number;
}

/** Counts a batch's rows against its person's day, once however often it is called. */
export async function chargeRows(
  store: Store,
  id: string,
  { rows, most }: { readonly rows: number; readonly most: number },
): Promise<RowsCharge> {
  const [counted, left, secondsToReset] = await store.run(chargeScript, id, rows, most);
  return { counted: counted === 1, left, secondsToReset };
}
