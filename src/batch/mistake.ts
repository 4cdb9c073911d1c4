// A row that the model server rejects. Whether that is the row's fault shows only when another row of the
// batch has succeeded: before, it may as well be the recipe's or the server's.

import type { Fault } from '../errors.ts';

export interface Mistake {
  readonly line: number;
  /** Equal for rejections that are the same mistake; see toCause. */
  readonly cause: string;
  readonly fault: Fault;
}

/** fails: the row alone is to blame. again: it is not known yet. paused: the batch waits for a person. */
export type MistakeVerdict = 'fails' | 'again' | 'paused';

const maxCause = 80;

/** What is the same in two rejections for one reason: without numbers and what stands in quotation marks. */
export function toCause({ code, params }: Fault): string {
  const reason = String(params['reason'] ?? '')
    .replaceAll(/0x[\da-f]+|\d+/gi, '#')
    .replaceAll(/"[^"]*"|'[^']*'/g, '…');
  return `${code} ${reason}`.slice(0, maxCause).trim();
}
