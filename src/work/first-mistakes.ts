// What the model server's rejection of a row means: the row fails only where another row of its batch has
// succeeded. Before that it is tried again with its chunk, and a mistake that all the first rows meet
// pauses the batch instead of failing every row of it.

import { toCause } from '../batch/mistake.ts';
import type { Fault } from '../errors.ts';
import type { Log } from '../logger.ts';
import { pause, toBackoffMs } from './pause.ts';
import type { Ledger } from './ports.ts';

export interface MistakeNeeds {
  readonly ledger: Pick<Ledger, 'noteMistake'>;
  readonly log: Log;
  readonly toBackoffMs?: (attempt: number) => number;
}

export interface Rejection {
  readonly fault: Fault;
  readonly place: { readonly batch: string; readonly line: number };
  /** Ends the wait before the row is given back. */
  readonly signal: AbortSignal;
}

/** True where the row fails with it. False after a wait where the row goes back without an outcome: the more
 *  often it was rejected, the longer, up to 8 s. */
export async function failsAlone(
  { fault, place, signal }: Rejection,
  { ledger, log, toBackoffMs: toMs = toBackoffMs }: MistakeNeeds,
): Promise<boolean> {
  const { batch, line } = place;
  try {
    const mistake = { line, cause: toCause(fault), fault };
    const { verdict, times } = await ledger.noteMistake(batch, mistake);
    if (verdict === 'fails') return true;
    if (verdict === 'paused') {
      log.warn({ batch, code: fault.code }, 'the model server rejects the first rows of a batch');
    }
    // The others of a chunk that was just rejected for the first time keep it from coming back at once.
    if (verdict === 'again' && times > 1) await pause(toMs(times - 1), signal);
  } catch (error) {
    log.warn({ err: error, batch }, 'a rejection could not be noted');
    await pause(toMs(1), signal);
  }
  return false;
}
