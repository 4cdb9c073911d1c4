// What the conversation needs to know and to do about batches; given by the composition root.

import type { Batch, Drop } from '../batch/batch.ts';

export interface BatchQuery {
  readonly team: string;
  /** Every channel's if absent. */
  readonly channel?: string;
  /** Only this person's. */
  readonly user?: string;
  /** Only batches that have not ended. */
  readonly activeOnly?: boolean;
  readonly limit: number;
}

export interface ThreadQuery {
  readonly team: string;
  readonly channel: string;
  readonly threadTs: string;
}

/** Every method may reject while the store is away; callers then answer "try again in a minute". */
export interface Desk {
  /** Stores the drop durably and starts reading. Idempotent: one key, one batch. */
  recordDrop(drop: Drop): Promise<{ readonly id: string; readonly created: boolean }>;
  /** False where the store has lost what it knew of a drop; true also where its batch was deleted since. */
  knowsDrop(key: string): Promise<boolean>;
  readBatch(id: string): Promise<Batch | undefined>;
  /** Newest first. */
  listBatches(query: BatchQuery): Promise<readonly Batch[]>;
  /** The batches that answer in this thread, newest first. */
  findByThread(query: ThreadQuery): Promise<readonly Batch[]>;
  /** 'ended' also where it is being finished already; 'unknown' where there is no such batch. */
  cancel(id: string, by: string): Promise<'cancelled' | 'ended' | 'unknown'>;
  /** Of a batch that waits for an operator; 'decided' where it does not, or not any more. */
  approve(id: string, by: string): Promise<'approved' | 'decided' | 'unknown'>;
  decline(id: string, by: string): Promise<'declined' | 'decided' | 'unknown'>;
  /** What it is instead, where it cannot be paused. */
  pause(id: string, by: string): Promise<'paused' | 'approval' | 'reading' | 'ended' | 'unknown'>;
  /** What it waits for, or is, where there is nothing to resume. */
  resume(
    id: string,
  ): Promise<
    'resumed' | 'running' | 'turn' | 'approval' | 'model' | 'reading' | 'ended' | 'unknown'
  >;
  /** Forgets a batch that has ended; 'active' where it has not. */
  purge(id: string): Promise<'purged' | 'active' | 'unknown'>;
  /** Rows per second that the last batches ran at, for a first estimate; undefined while nothing ran yet. */
  readRate(): Promise<number | undefined>;
  writeRate(rowsPerSecond: number): Promise<void>;
}
