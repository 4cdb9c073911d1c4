// Leased chunks on their way through this process: their rows wait in the pipeline, and a chunk is given
// back when its last row has come to its end or was not started.

import type { Lease } from '../batch/lease.ts';
import type { Row } from '../batch/row.ts';
import type { PipelineRow } from './batch-rows.ts';
import type { HeldChunk, HeldChunks } from './held-chunks.ts';
import { toHosts } from './host-lanes.ts';
import type { Pipeline } from './pipeline.ts';
import type { RowPlace } from './row-place.ts';
import { runRow, type RowNeeds, type RunningBatch } from './run-row.ts';

export interface OpenChunks {
  /** Puts the chunk's rows into the pipeline. Never rejects; false where it was given back at once. */
  open(lease: Lease): Promise<boolean>;
  /** Resolves when every chunk has been given back. */
  settled(): Promise<void>;
}

interface Parts {
  readonly needs: RowNeeds;
  readonly held: HeldChunks;
  readonly pipeline: Pipeline;
  /** A chunk that is worked row by row has been given back, and its next row need not wait. */
  onNext(): void;
}

export function createOpenChunks(parts: Parts): OpenChunks {
  const settling = new Set<Promise<void>>();
  return {
    async open(lease) {
      const chunk = parts.held.hold(lease);
      const batch = await tryReadRunning(lease.batchId, parts.needs);
      if (batch === undefined || chunk.signals.unsent.aborted || lease.rows.length === 0) {
        await giveBack(chunk, parts);
        return false;
      }
      const settled = work({ lease, chunk, batch }, parts)
        .then(() => giveBack(chunk, parts))
        .finally(() => {
          settling.delete(settled);
          if (lease.caution !== undefined) parts.onNext();
        });
      settling.add(settled);
      return true;
    },
    async settled() {
      await Promise.all(settling);
    },
  };
}

interface Work {
  readonly lease: Lease;
  readonly chunk: HeldChunk;
  readonly batch: RunningBatch;
}

/** Resolves when no row of the chunk is in the pipeline any more. */
function work({ lease, chunk, batch }: Work, { needs, pipeline }: Parts): Promise<void> {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const { unsent } = chunk.signals;
  let left = lease.rows.length;
  const leave = (count: number): void => {
    left -= count;
    if (left > 0) return;
    unsent.removeEventListener('abort', onUnsent);
    resolve();
  };
  const onUnsent = (): void => {
    const dropped = pipeline.drop(rows).length;
    if (dropped > 0) leave(dropped);
  };
  const toPipelineRow = (row: Row): PipelineRow => ({
    batch: lease.batchId,
    hosts: toHosts(row.images),
    isSolitary: lease.caution === 'solitary',
    async run(place) {
      await runSafely({ lease, chunk, batch }, { row, place, needs });
      leave(1);
    },
  });
  const rows = lease.rows.map(toPipelineRow);
  unsent.addEventListener('abort', onUnsent);
  pipeline.add(rows);
  return ended;
}

interface Run {
  readonly row: Row;
  readonly place: RowPlace;
  readonly needs: RowNeeds;
}

/** Never rejects: the other rows of the chunk are no worse for it. */
async function runSafely(
  { lease: { caution }, chunk, batch }: Work,
  { row, place, needs }: Run,
): Promise<void> {
  const { ref: lease, signals } = chunk;
  try {
    if (caution !== undefined && !(await needs.ledger.noteStart(lease, row))) return;
    await runRow({ row, lease, batch, signals, place }, needs);
  } catch (error) {
    const { line } = row;
    needs.log.error({ err: error, batch: batch.id, line }, 'an outcome was not recorded');
  }
}

/** A release that fails is made up for by the lease's end. */
async function giveBack(chunk: HeldChunk, { needs, held }: Parts): Promise<void> {
  held.letGo(chunk);
  try {
    await needs.ledger.release(chunk.ref);
  } catch (error) {
    const batch = chunk.ref.batchId;
    needs.log.warn({ err: error, batch }, 'a chunk could not be given back');
  }
}

/** Read anew for every chunk: a Redis that lost its data numbers its batches from 1 again. */
async function tryReadRunning(
  id: string,
  { ledger, log }: RowNeeds,
): Promise<RunningBatch | undefined> {
  try {
    const batch = await ledger.readBatch(id);
    if (batch?.recipe === undefined || batch.table === undefined) {
      throw new Error(`batch ${id} has leased rows but no recipe`);
    }
    return { ...batch, recipe: batch.recipe, table: batch.table };
  } catch (error) {
    log.error({ err: error, batch: id }, 'a leased chunk could not be started');
    return undefined;
  }
}
