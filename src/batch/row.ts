// A row: one unit of a batch's work, and what became of it.

import type { Fault } from '../errors.ts';

/** Rows that are leased, stored and given back together. */
export const rowsPerChunk = 50;

/** Where a picture stands inside a dropped archive, for reading it alone. Numbers are in bytes. */
export interface ArchiveEntry {
  /** Of the entry's local header. */
  readonly offset: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
}

/** A picture that came with the drop itself. */
export interface BundledImage {
  /** Position of its file among the drop's files. */
  readonly file: number;
  /** The picture's name as people know it. */
  readonly name: string;
  /** Absent where the file is the picture. */
  readonly entry?: ArchiveEntry;
}

/** An address (or what somebody took for one), or a picture that came with the drop. */
export type ImageReference = string | BundledImage;

export interface Row {
  /** Position in the batch, from 0. Identifies the row in the ledger and orders the results. */
  readonly index: number;
  /** The row number that a spreadsheet shows for it (the header of a plain file is row 1). */
  readonly line: number;
  /** The input's cells as read, one for each of the table's columns (short rows are padded with ''). */
  readonly cells: readonly string[];
  /** Image references in order; empty only where `fault` is set. */
  readonly images: readonly ImageReference[];
  /** The row's own prompt, from a `prompt` column, where it is not blank. */
  readonly prompt?: string;
  /** What is wrong with the row already as read; such a row fails without any request. */
  readonly fault?: Fault;
}

export interface TokenUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface DoneOutcome {
  readonly status: 'done';
  /** One cell for each of the recipe's output columns, in their order; a list has one item a line. */
  readonly fields: readonly string[];
  readonly usage: TokenUsage;
  /** Seconds that the model request took. */
  readonly modelSeconds: number;
  /** True when the answer came from the cache and no request was made. */
  readonly cached: boolean;
  /** Pictures of the row that were animated, so that the model saw their first frame only. */
  readonly animatedPictures?: number;
}

export interface FailedOutcome {
  readonly status: 'failed';
  readonly fault: Fault;
  /** What the model said where that was of no use: its beginning, at most 200 characters on one line. */
  readonly answer?: string;
  /** What can be read of an answer that was cut off: a cell for each output column, as of a done row. */
  readonly fields?: readonly string[];
}

export interface CancelledOutcome {
  readonly status: 'cancelled';
  /** Why, where nobody has stopped it. */
  readonly fault?: Fault;
}

export type Outcome = DoneOutcome | FailedOutcome | CancelledOutcome;

/** What a worker commits; cancelled is never committed by a worker, only by cancelling the batch. */
export type WorkedOutcome = DoneOutcome | FailedOutcome;

/** The chunk that a row belongs to, from 0. */
export function toChunkIndex(rowIndex: number): number {
  return Math.floor(rowIndex / rowsPerChunk);
}
