// Everything of a batch in input order, a chunk at a time, so that memory does not grow with it.

import { z } from 'zod';
import type { FinishedRow } from '../batch/results.ts';
import { rowsPerChunk, type Outcome, type Row } from '../batch/row.ts';
import { unpackJson } from './pack.ts';
import type { Store } from './store.ts';
import { toReplies } from './to-replies.ts';

const bytes = z.instanceof(Buffer).nullable();
const stored = z.tuple([bytes, bytes, z.array(z.string().nullable())]);

/** Rows without an outcome come as cancelled. Rejects where a chunk is missing. */
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
  const first = chunk * rowsPerChunk;
  const indices = Array.from({ length: rowsPerChunk }, (_, offset) => String(first + offset));
  const outcomesKey = store.keys.batch(id, 'outcomes');
  // One transaction: the chunk may be sealed just now, and is then in neither place or in both.
  const replies = await store.redis
    .multi()
    .hgetBuffer(store.keys.batch(id, 'chunks'), String(chunk))
    .hgetBuffer(outcomesKey, `c${chunk}`)
    .hmget(outcomesKey, ...indices)
    .exec();
  const [packedRows, sealed, open] = stored.parse(toReplies(replies));
  if (packedRows === null) throw new Error(`Chunk ${chunk} of batch ${id} is missing`);

  const rows = await unpackJson<readonly Row[]>(packedRows);
  const outcomes =
    sealed === null ? open.map(parseOutcome) : await unpackJson<readonly Outcome[]>(sealed);
  return rows.map((row, position) => ({
    row,
    outcome: outcomes[position] ?? { status: 'cancelled' },
  }));
}

function parseOutcome(text: string | null): Outcome | undefined {
  return text === null ? undefined : JSON.parse(text);
}
