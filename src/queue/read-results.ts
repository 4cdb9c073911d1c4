// Everything of a batch in input order, a chunk at a time, so that memory does not grow with it.

import { DamageError } from '../batch/damage.ts';
import type { FinishedRow } from '../batch/results.ts';
import { rowsPerChunk, type Outcome, type Row } from '../batch/row.ts';
import type { Store } from './store.ts';
import { readStoredChunk, unpackStored } from './stored-chunk.ts';

/** Rows without an outcome come as cancelled. Rejects with DamageError where a chunk is missing or cannot be read. */
export async function* readResults(
  store: Store,
  id: string,
): AsyncGenerator<readonly FinishedRow[]> {
  const total = Number(await store.redis.hget(store.keys.batch(id, 'record'), 'total'));
  for (let chunk = 0; chunk * rowsPerChunk < total; chunk += 1) {
    yield await readChunk(store, id, chunk);
  }
}

async function readChunk(store: Store, id: string, chunk: number): Promise<FinishedRow[]> {
  const { rows: packed, sealed, open } = await readStoredChunk(store, id, chunk);
  if (packed === null) throw new DamageError(`Chunk ${chunk} of batch ${id} is missing`);

  const rows = await unpackStored<readonly Row[]>(packed);
  const outcomes =
    sealed === null ? open.map(parseOutcome) : await unpackStored<readonly Outcome[]>(sealed);
  return rows.map((row, position) => ({
    row,
    outcome: outcomes[position] ?? { status: 'cancelled' },
  }));
}

function parseOutcome(text: string | null): Outcome | undefined {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch (error) {
    throw new DamageError('a stored outcome cannot be read', { cause: error });
  }
}
