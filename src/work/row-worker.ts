// The worker: leases chunks, starts their rows as the window has room, and gives back what it cannot
// finish.

import { randomUUID } from 'node:crypto';
import { createHeldChunks, type HeldChunk } from './held-chunks.ts';
import { pause } from './pause.ts';
import type { Lease } from './ports.ts';
import { runRow, type RowNeeds, type RunningBatch } from './run-row.ts';
import { createWindow } from './window.ts';

export interface RowWorkerOptions {
  /** Rows prepared or waiting at once; a few times what the gate lets through. */
  readonly maxRows: number;
  /** Bytes of prepared pictures held at once. */
  readonly maxBytes: number;
  /** How often leases are renewed; under a third of their life. */
  readonly renewMs: number;
  /** How long to wait when there was nothing to lease. */
  readonly idleMs: number;
}

export const rowWorkerDefaults: RowWorkerOptions = {
  maxRows: 64,
  maxBytes: 64 * 1024 * 1024,
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
  const batches = createBatchMemory(needs);
  const name = randomUUID();
  const settling = new Set<Promise<void>>();
  const stopping = new AbortController();
  const ended = new AbortController();
  let loops: readonly Promise<void>[] = [];

  async function leaseLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await window.room();
      const lease = await tryLease(name, needs);
      if (lease === undefined) await pause(options.idleMs, stopping.signal);
      else await startChunk(lease);
    }
  }

  async function startChunk(lease: Lease): Promise<void> {
    const chunk = held.hold(lease);
    const rows: Promise<void>[] = [];
    try {
      const batch = await batches.read(lease.batchId);
      for (const row of lease.rows) {
        await window.room();
        if (chunk.signals.unsent.aborted) break;
        const place = window.enter();
        const job = { row, lease: chunk.ref, batch, signals: chunk.signals, place };
        rows.push(runRow(job, needs).finally(() => place.leave()));
      }
    } catch (error) {
      needs.log.error({ err: error, batch: lease.batchId }, 'a leased chunk could not be started');
    }
    const settled = settle(chunk, rows).finally(() => settling.delete(settled));
    settling.add(settled);
  }

  async function settle(chunk: HeldChunk, rows: readonly Promise<void>[]): Promise<void> {
    const results = await Promise.allSettled(rows);
    held.letGo(chunk);
    await giveBack(chunk, results, needs);
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

async function tryLease(name: string, { ledger, log }: RowNeeds): Promise<Lease | undefined> {
  try {
    return await ledger.lease(name);
  } catch (error) {
    log.warn({ err: error }, 'no chunk could be leased');
    return undefined;
  }
}

/** A release that fails is made up for by the lease's end. */
async function giveBack(
  { ref }: HeldChunk,
  results: readonly PromiseSettledResult<void>[],
  { ledger, log }: RowNeeds,
): Promise<void> {
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    log.error({ err: result.reason, batch: ref.batchId }, 'an outcome was not recorded');
  }
  try {
    await ledger.release(ref);
  } catch (error) {
    log.warn({ err: error, batch: ref.batchId }, 'a chunk could not be given back');
  }
}

/** Batches as the rows need them: recipe and table never change once rows run. */
function createBatchMemory({ ledger }: RowNeeds): { read(id: string): Promise<RunningBatch> } {
  const known = new Map<string, RunningBatch>();
  const most = 100;
  return {
    async read(id) {
      const remembered = known.get(id);
      if (remembered !== undefined) return remembered;
      const batch = await ledger.readBatch(id);
      if (batch?.recipe === undefined || batch.table === undefined) {
        throw new Error(`batch ${id} has leased rows but no recipe`);
      }
      const running: RunningBatch = { ...batch, recipe: batch.recipe, table: batch.table };
      const [oldest] = known.keys();
      if (known.size >= most && oldest !== undefined) known.delete(oldest);
      known.set(id, running);
      return running;
    },
  };
}
