// A batch: what one message with files asks for, and all the work on it.
//
// States: reading -> running <-> paused -> finishing -> done | cancelled, or refused out of reading. Where rows turn
// out to be missing, finishing -> running again.
// Rows:   pending -> running -> done | failed | cancelled. Terminal is terminal.
// At every moment total = pending + running + done + failed + cancelled.

import type { ErrorCode, Fault } from '../errors.ts';
import type { FileKind } from './file-kind.ts';
import type { Language } from './language.ts';
import type { Recipe } from './recipe.ts';
import type { Table, TableSummary } from './table.ts';

export type BatchState =
  | 'reading'
  | 'running'
  | 'paused'
  | 'finishing'
  | 'done'
  | 'cancelled'
  | 'refused';

/**
 * Why a batch does not move: shown in the thread, with the time since when. Those that wait for a model
 * server go on by themselves; `turn` does when another batch of the same person ends; `approval` waits for
 * an operator, `person` for whoever paused it; `rejected`, where the model server rejected the first rows
 * all alike, for somebody who mends that.
 */
export type PauseReason =
  | 'model-away'
  | 'model-misconfigured'
  | 'approval'
  | 'turn'
  | 'person'
  | 'rejected';

export interface Pause {
  readonly reason: PauseReason;
  readonly sinceMs: number;
  /** Who paused it; a Slack user id. */
  readonly by?: string;
  /** What the model server rejected rows for. */
  readonly fault?: Fault;
}

export interface DroppedFile {
  readonly id: string;
  readonly name: string;
  /** Where it is known and the name alone would not tell. */
  readonly kind?: FileKind;
}

/** Everything that is needed to start a batch, as recorded before Slack is acknowledged. */
export interface Drop {
  /** What is asked for, and the identity against doubles: one key, one batch. */
  readonly key: string;
  readonly team: string;
  readonly channel: string;
  /** The message that holds the files; it carries the reaction. */
  readonly messageTs: string;
  /** The parent message of the thread in which Darkroom answers. */
  readonly threadTs: string;
  /** The person who asked; a Slack user id. */
  readonly user: string;
  /** The message's text as Slack gave it. */
  readonly text: string;
  readonly files: readonly DroppedFile[];
  /** The batch whose unfinished rows are worked on again, and who asked for that; a Slack user id. */
  readonly retryOf?: { readonly id: string; readonly by: string };
  /** True in a DM, on a mention and on a shortcut: an answer is owed whatever the file is. */
  readonly addressed: boolean;
}

export interface Counts {
  readonly total: number;
  readonly pending: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** What the rows of a batch have cost so far. */
export interface Sums {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedRows: number;
  /** Pictures of rows that are done of which the model saw the first frame only. */
  readonly animatedPictures: number;
  readonly modelSeconds: number;
}

/** Failed rows with one cause. */
export interface FaultGroup {
  readonly code: ErrorCode;
  readonly count: number;
  /** The first spreadsheet row numbers, at most 10, ascending as they came. */
  readonly lines: readonly number[];
  /** The first such fault, for its sentence. */
  readonly example: Fault;
  /** True where the faults differ in what they name, so that the example speaks for one row only. */
  readonly varied: boolean;
}

export interface Batch {
  /** Short decimal number, such as "142". */
  readonly id: string;
  readonly state: BatchState;
  readonly drop: Drop;
  readonly language: Language;
  readonly counts: Counts;
  readonly sums: Sums;
  /** Why rows failed, the most frequent cause first. */
  readonly faultGroups: readonly FaultGroup[];
  /** Milliseconds since 1970, Redis time. */
  readonly createdMs: number;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly pause?: Pause;
  /** Why it was refused, or why it ended before its rows were done. */
  readonly fault?: Fault;
  readonly table?: Table;
  readonly summary?: TableSummary;
  readonly recipe?: Recipe;
  /** The model's name as sent to the server. */
  readonly model?: string;
  /** sha256 of the file's bytes, hex. */
  readonly fileHash?: string;
  /** Equal where the same person asks for the same of the same files; see work/fingerprint.ts. */
  readonly fingerprint?: string;
  readonly textIgnored?: boolean;
  /** Who cancelled it; a Slack user id. Set from the moment of the cancellation. */
  readonly cancelledBy?: string;
  /** The batch that works on its unfinished rows again, and who asked for that; a Slack user id. */
  readonly retriedAs?: string;
  readonly retriedBy?: string;
  /** The operator who let a large batch run, or would not have it. */
  readonly approvedBy?: string;
  readonly declinedBy?: string;
  /** The beginning of the outage in which its thread got the results so far; milliseconds since 1970. */
  readonly soFarMs?: number;
  /** Since when its results could not be written or delivered, for a bug; milliseconds since 1970. */
  readonly stuckMs?: number;
  /** Since when it waits for room on the disk of a machine; milliseconds since 1970. */
  readonly diskFullMs?: number;
  /** Rows that were found without an outcome when it was to be finished, and ran again. */
  readonly recheckedRows?: number;
  /** How long it would take alone, at the speed of the last batches; known where it was asked about. */
  readonly estimateSeconds?: number;
}

/** What is asked of a batch that has been read before it runs. Absent means that nothing is. */
export interface Admission {
  /** It waits for an operator. */
  readonly needsApproval?: boolean;
  readonly estimateSeconds?: number;
  /** Batches of one person that run at the same time; the others wait for their turn. */
  readonly batchesPerPerson?: number;
}

/** What is fixed when reading has succeeded and the rows may run. */
export interface BatchPlan {
  readonly table: Table;
  readonly summary: TableSummary;
  readonly recipe: Recipe;
  readonly fileHash: string;
  /** The message had text that is no prompt and no option; the thread says that it is not used. */
  readonly textIgnored: boolean;
  /** Rows whose outcome was carried over from the batch that this one retries; none if absent. */
  readonly carriedRows?: number;
}

export const noCounts: Counts = {
  total: 0,
  pending: 0,
  running: 0,
  done: 0,
  failed: 0,
  cancelled: 0,
};

export const noSums: Sums = {
  promptTokens: 0,
  completionTokens: 0,
  cachedRows: 0,
  animatedPictures: 0,
  modelSeconds: 0,
};

const ended: ReadonlySet<BatchState> = new Set(['done', 'cancelled', 'refused']);

export function hasEnded(batch: Pick<Batch, 'state'>): boolean {
  return ended.has(batch.state);
}

/** Rows of a batch that has ended which may be worked on again: those that failed and those that were not worked
 *  on. 0 where an operator would not have it at all. */
export function countUnfinished(batch: Pick<Batch, 'state' | 'counts' | 'declinedBy'>): number {
  if (!hasEnded(batch) || batch.declinedBy !== undefined) return 0;
  return batch.counts.failed + batch.counts.cancelled;
}

/** Whether it is paused until somebody resumes it. */
export function isHeld({ pause }: Pick<Batch, 'pause'>): boolean {
  return pause?.reason === 'person' || pause?.reason === 'rejected';
}

/** Whether its results could not be written or delivered for so long that a person should look at it. */
export function isStuck({ state, stuckMs }: Pick<Batch, 'state' | 'stuckMs'>): boolean {
  return state === 'finishing' && stuckMs !== undefined;
}

/** What must hold at every moment, checked before anything is posted as finished: every row is in one state.
 *  A number below 0 makes up for rows that were counted twice, so that the sum alone would look right. */
export function isConserved({ total, ...counts }: Counts): boolean {
  const { pending, running, done, failed, cancelled } = counts;
  const parts = [pending, running, done, failed, cancelled];
  return parts.every((rows) => rows >= 0) && parts.reduce((sum, rows) => sum + rows) === total;
}
