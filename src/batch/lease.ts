// The right to work on a chunk of rows for a while.

import type { Row } from './row.ts';

/** Names a lease: every commit shows the token. */
export interface LeaseRef {
  readonly batchId: string;
  readonly chunk: number;
  readonly token: string;
}

/**
 * How a row is worked whose chunk lost one holder after another, so that a row which kills its worker is found
 * and fails alone. watched: `noteStart` is called just before it is begun. solitary: besides, nothing else runs
 * in the process meanwhile, so that a crash speaks against this row and no other.
 *
 * After two lost holders a chunk is given out row by row, watched. A row that was noted when the holder died is
 * suspected, and solitary from then on; two more such deaths, and it is failed without being begun. So five
 * deaths lead to the row that causes them. Deaths that no row causes would have to hit the holder of one chunk
 * five times, the last two of them in the very seconds in which this row runs alone: with a kill of each process
 * every ten seconds and rows of a quarter of a second, fewer than one suspect in a thousand. What ends well, or
 * is given back, is charged nothing.
 */
export type Caution = 'watched' | 'solitary';

export interface Lease extends LeaseRef {
  /** The chunk's rows that have no outcome yet, in order; with caution the first of them alone. */
  readonly rows: readonly Row[];
  readonly caution?: Caution;
}

/** committed: counted now. already: an earlier commit stands. refused: the lease is no longer held. */
export type CommitResult = 'committed' | 'already' | 'refused';

/** paused: held, and the batch waits. cancelled, lost: no longer held. */
export type RenewResult = 'held' | 'lost' | 'cancelled' | 'paused';
