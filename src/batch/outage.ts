// What is told of a time in which no model server could be used.

import type { PauseReason } from './batch.ts';

export interface OutageNews {
  readonly kind: 'began' | 'ended';
  readonly reason: PauseReason;
  /** Milliseconds since 1970, Redis time. */
  readonly sinceMs: number;
  /** Its end, or the moment of the news. */
  readonly untilMs: number;
  /** Batches that wait, and their rows without an outcome; 0 where it is over. */
  readonly batches: number;
  readonly rows: number;
}
