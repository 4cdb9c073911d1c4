// The right to work on a chunk of rows for a while.

import type { Row } from './row.ts';

/** Names a lease: every commit shows the token. */
export interface LeaseRef {
  readonly batchId: string;
  readonly chunk: number;
  readonly token: string;
}

export interface Lease extends LeaseRef {
  /** The chunk's rows that have no outcome yet, in order. */
  readonly rows: readonly Row[];
}

/** committed: counted now. already: an earlier commit stands. refused: the lease is no longer held. */
export type CommitResult = 'committed' | 'already' | 'refused';

/** paused: held, and the batch waits. cancelled, lost: no longer held. */
export type RenewResult = 'held' | 'lost' | 'cancelled' | 'paused';
