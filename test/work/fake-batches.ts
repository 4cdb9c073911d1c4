// A ledger in memory with several batches, whose chunks are given out as the real one does it.

import type { Batch } from '../../src/batch/batch.ts';
import { rowsPerChunk, type Row } from '../../src/batch/row.ts';
import type { Ledger } from '../../src/work/ports.ts';
import { batch, createFakeLedger, rowsOf } from './fakes.ts';

interface FakeBatch {
  readonly chunks: (readonly Row[])[];
  running: number;
  done: number;
}

export interface FakeBatches extends Ledger {
  /** From now on its rows can be leased, and everybody is told. */
  drop(id: string, rows: number | readonly Row[]): void;
  /** Rows of the batch that have an outcome. */
  done(id: string): number;
  /** Rows of the batch that are leased and have none. */
  running(id: string): number;
  /** Every row that was committed, as `batch/index`. */
  readonly committed: readonly string[];
}

/** `asked` is what the batches' records say, but for their ids. */
export function createFakeBatches(asked: Batch): FakeBatches {
  const batches = new Map<string, FakeBatch>();
  const committed: string[] = [];
  const listeners: ((id: string) => void)[] = [];
  return {
    ...createFakeLedger([]),
    committed,
    drop(id, rows) {
      const all = typeof rows === 'number' ? rowsOf(rows) : rows;
      const chunks: (readonly Row[])[] = [];
      for (let first = 0; first < all.length; first += rowsPerChunk) {
        chunks.push(all.slice(first, first + rowsPerChunk));
      }
      batches.set(id, { chunks, running: 0, done: 0 });
      for (const listener of listeners) listener(id);
    },
    done: (id) => batches.get(id)?.done ?? 0,
    running: (id) => batches.get(id)?.running ?? 0,
    readBatch: async (id) => ({ ...asked, id }),
    onChanged: (listener) => void listeners.push(listener),
    async lease(_worker, leaveOut = []) {
      const [next] = [...batches]
        .filter(([id, { chunks }]) => chunks.length > 0 && !leaveOut.includes(id))
        .toSorted(([, a], [, b]) => a.running - b.running);
      const rows = next?.[1].chunks.shift();
      if (next === undefined || rows === undefined) return undefined;
      const [batchId, own] = next;
      own.running += rows.length;
      const chunk = Math.floor((rows[0]?.index ?? 0) / rowsPerChunk);
      return { batchId, chunk, token: `${batchId}/${chunk}`, rows };
    },
    async commit({ batchId }, row) {
      const own = batches.get(batchId);
      if (own === undefined) return 'refused';
      own.running -= 1;
      own.done += 1;
      committed.push(`${batchId}/${row.index}`);
      return 'committed';
    },
  };
}

/** A batch whose rows do not share answers. */
export const alone: Batch = {
  ...batch,
  ...(batch.recipe && { recipe: { ...batch.recipe, cache: false } }),
};
