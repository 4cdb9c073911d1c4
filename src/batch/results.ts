// What is written when a batch is finished.

import type { Outcome, Row } from './row.ts';

export interface FinishedRow {
  readonly row: Row;
  /** pending: in results that are given before the end. */
  readonly outcome: Outcome | { readonly status: 'pending' };
}

export interface ResultFile {
  readonly path: string;
  /** The name that people see. */
  readonly name: string;
  readonly bytes: number;
}

export interface WrittenResults {
  /** The results file, and the to-do file where rows are unfinished. */
  readonly files: readonly ResultFile[];
  readonly rows: number;
  /** Rows that are not done and stand in the to-do file. */
  readonly unfinished: number;
  /** The first three rows that are done, with a cell for each output column. */
  readonly samples: readonly { readonly line: number; readonly fields: readonly string[] }[];
}
