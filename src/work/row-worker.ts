// The worker: leases chunks, starts their rows as the window has room, and gives back what it cannot
// finish.

import { randomUUID } from 'node:crypto';
import type { Lease } from '../batch/lease.ts';
import { createHeldChunks, type HeldChunk, type HeldChunks } from './held-chunks.ts';
import { pause } from './pause.ts';
import { runRow, type RowJob, type RowNeeds, type RunningBatch } from './run-row.ts';
import { createWindow, type Window } from './window.ts';

export interface RowWorkerOptions {
  /** Rows prepared or waiting at once; a few times what the gate lets through. */
  readonly maxRows: number;
  /** Bytes of prepared pictures held at once. */
  readonly maxBytes: number;
  /** Rows that wait for the answer of an equal row, besides those. */
  readonly maxParked: number;
  /** How often leases are renewed; under a third of their life. */
  readonly renewMs: number;
  /** How long to wait when there was nothing to lease. */
  readonly idleMs: number;
}

export const rowWorkerDefaults: RowWorkerOptions = {
  maxRows: 64,
  maxBytes: 64 * 1024 * 1024,
  maxParked: 500,
  renewMs: 2500,
  idleMs: 400,
};

export interface RowWorker {
  start(): void;
  /** Leases nothing more, lets requests under way end within `graceMs`, and gives the rest back. */
  stop(graceMs: number): Promise<void>;
}

export function createRowWorker(needs: RowNeeds, options = rowWorkerDefaults): RowWorker {
  const window = createWindow(options);
  const held = createHeldChunks(needs, options.renewMs);
  const parts = { needs, window, held };
  const name = randomUUID();
  const settling = new Set<Promise<void>>();
  const stopping = new AbortController();
  const ended = new AbortController();
  let loops: readonly Promise<void>[] = [];

  async function leaseLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await window.room();
      const lease = await tryLease(name, needs);
      if (lease === undefined) {
        await pause(options.idleMs, stopping.signal);
        continue;
      }
      const { chunk, rows } = await startChunk(lease, parts);
      const settled = settle({ chunk, rows }, parts).finally(() => settling.delete(settled));
      settling.add(settled);
    }
  }

  return {
    start() {
      loops = [leaseLoop(), held.keepAlive(ended.signal)];
    },
    async stop(graceMs) {
      stopping.abort();
      held.dropUnsent();
      const timer = setTimeout(() => held.abortAll(), graceMs);
      await loops[0];
      await Promise.all(settling);
      clearTimeout(timer);
      ended.abort();
      await Promise.all(loops);
    },
  };
}

interface Parts {
  readonly needs: RowNeeds;
  readonly window: Window;
  readonly held: HeldChunks;
}

interface StartedChunk {
  readonly chunk: HeldChunk;
  readonly rows: readonly Promise<void>[];
}

/** Starts the chunk's rows as there is room for them; resolves when the last one has been started. */
async function startChunk(lease: Lease, parts: Parts): Promise<StartedChunk> {
  const { needs, window, held } = parts;
  const chunk = held.hold(lease);
  const rows: Promise<void>[] = [];
  try {
    const batch = await readRunning(lease.batchId, needs);
    for (const row of lease.rows) {
      await window.room();
      if (chunk.signals.unsent.aborted) break;
      const place = window.enter();
      const job = { row, lease: chunk.ref, batch, signals: chunk.signals, place };
      rows.push(runSafely(job, needs));
    }
  } catch (error) {
    needs.log.error({ err: error, batch: lease.batchId }, 'a leased chunk could not be started');
  }
  return { chunk, rows };
}

/** Never rejects: nobody awaits the row before the last one of its chunk was started. */
async function runSafely(job: RowJob, needs: RowNeeds): Promise<void> {
  try {
    await runRow(job, needs);
  } catch (error) {
    const { batchId: batch } = job.lease;
    needs.log.error({ err: error, batch, line: job.row.line }, 'an outcome was not recorded');
  } finally {
    job.place.leave();
  }
}

/** Waits for the chunk's rows and gives the chunk back; a release that fails is made up for by the
 *  lease's end. */
async function settle({ chunk, rows }: StartedChunk, { needs, held }: Parts): Promise<void> {
  await Promise.all(rows);
  held.letGo(chunk);
  try {
    await needs.ledger.release(chunk.ref);
  } catch (error) {
    const batch = chunk.ref.batchId;
    needs.log.warn({ err: error, batch }, 'a chunk could not be given back');
  }
}

async function tryLease(name: string, { ledger, log }: RowNeeds): Promise<Lease | undefined> {
  try {
    return await ledger.lease(name);
  } catch (error) {
    log.warn({ err: error }, 'no chunk could be leased');
    return undefined;
  }
}

/** Read anew for every chunk: a Redis that lost its data numbers its batches from 1 again. */
async function readRunning(id: string, { ledger }: RowNeeds): Promise<RunningBatch> {
  const batch = await ledger.readBatch(id);
  if (batch?.recipe === undefined || batch.table === undefined) {
    throw new Error(`batch ${id} has leased rows but no recipe`);
  }
  return { ...batch, recipe: batch.recipe, table: batch.table };
}
