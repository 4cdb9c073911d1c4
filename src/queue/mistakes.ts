// Rows that the model server rejects before any request of their batch has succeeded, counted over all
// processes.

import { z } from 'zod';
import type { Mistake, MistakeVerdict } from '../batch/mistake.ts';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const noteMistakeScript = readScript(
  'note-mistake',
  z.tuple([z.enum(['fails', 'again', 'paused']), z.number()]),
);

/** Rows that met the same: their batch is paused. */
const mostAlike = 20;
/** Rows, where each met something else. */
const mostOfAll = 100;

/** A row counts once, however often it is noted. */
export async function noteMistake(
  store: Store,
  id: string,
  { line, cause, fault }: Mistake,
): Promise<{ readonly verdict: MistakeVerdict; readonly times: number }> {
  const [verdict, times] = await store.run(
    noteMistakeScript,
    id,
    line,
    cause,
    JSON.stringify(fault),
    mostAlike,
    mostOfAll,
  );
  return { verdict, times };
}
