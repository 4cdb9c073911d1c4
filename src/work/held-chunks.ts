// The chunks that this process holds: their leases are kept alive, and what becomes of a lease
// reaches the rows as an aborted signal.
//
// held -> (paused: unsent rows are dropped) -> let go
//      \-> (lost or cancelled: requests under way are aborted too) -> let go

import type { Lease, LeaseRef } from '../batch/lease.ts';
import type { RowSignals } from './ask-model.ts';
import { pause } from './pause.ts';
import type { Log } from '../logger.ts';
import type { Ledger } from './ports.ts';

export interface HeldChunk {
  readonly ref: LeaseRef;
  readonly signals: RowSignals;
}

export interface HeldChunks {
  hold(lease: Lease): HeldChunk;
  letGo(chunk: HeldChunk): void;
  /** No row is sent any more, also not of chunks that come later; requests under way go on. */
  dropUnsent(): void;
  /** Requests under way end too. */
  abortAll(): void;
  /** Renews every lease until the signal aborts. */
  keepAlive(signal: AbortSignal): Promise<void>;
}

interface Entry {
  readonly ref: LeaseRef;
  readonly unsent: AbortController;
  readonly all: AbortController;
}

export function createHeldChunks(
  { ledger, log }: { ledger: Ledger; log: Log },
  renewMs: number,
): HeldChunks {
  const entries = new Map<LeaseRef, Entry>();
  let sends = true;

  ledger.onCancelled((batchId) => {
    for (const entry of entries.values()) if (entry.ref.batchId === batchId) abort(entry);
  });

  async function renew(): Promise<void> {
    const held = [...entries.values()];
    if (held.length === 0) return;
    const states = await ledger.renew(held.map((entry) => entry.ref));
    for (const [index, entry] of held.entries()) {
      const state = states[index];
      if (state === 'paused') entry.unsent.abort();
      if (state === 'lost' || state === 'cancelled') abort(entry);
    }
  }

  return {
    hold({ batchId, chunk, token }) {
      const ref = { batchId, chunk, token };
      const entry = { ref, unsent: new AbortController(), all: new AbortController() };
      if (!sends) entry.unsent.abort();
      entries.set(ref, entry);
      return { ref, signals: { unsent: entry.unsent.signal, all: entry.all.signal } };
    },
    letGo(chunk) {
      entries.delete(chunk.ref);
    },
    dropUnsent() {
      sends = false;
      for (const entry of entries.values()) entry.unsent.abort();
    },
    abortAll() {
      for (const entry of entries.values()) abort(entry);
    },
    async keepAlive(signal) {
      while (!signal.aborted) {
        await pause(renewMs, signal);
        await renew().catch((error: unknown) => {
          log.warn({ err: error }, 'leases could not be renewed');
        });
      }
    },
  };
}

function abort(entry: Entry): void {
  entry.unsent.abort();
  entry.all.abort();
}
