// A recipe: what to ask about every row of a batch.

import type { Language } from './language.ts';

export type Detail = 'low' | 'standard' | 'high';

/** Pixels that a picture is shrunk to at most, by level of detail; never enlarged. */
export const pixelBudgets: Readonly<Record<Detail, number>> = {
  low: 262_144,
  standard: 1_048_576,
  high: 2_097_152,
};

export interface OutputColumn {
  /** Key in the model's JSON answer. */
  readonly name: string;
  /** Header in the results file: `name`, or with a suffix where the input has that column already. */
  readonly header: string;
  /** True for a list of short texts, which goes into its cell one item a line. */
  readonly list: boolean;
}

export interface Sampling {
  /** 1 to 8192. */
  readonly maxTokens: number;
  /** 0 to 2. */
  readonly temperature: number;
  /** Above 0, up to 1. */
  readonly topP: number;
}

/** Stored with the batch as it starts, so that a later change of defaults does not touch it. */
export interface Recipe {
  /** 'default': Darkroom's own product prompt. 'system': the person's text, the same for every row.
   *  'template': the person's text with {{column}} places, rendered for each row. */
  readonly kind: 'default' | 'system' | 'template';
  /** The prompt text or template; for 'default' the built-in text in `language`. */
  readonly prompt: string;
  readonly outputs: readonly OutputColumn[];
  readonly sampling: Sampling;
  readonly detail: Detail;
  /** The language that the answers are written in. */
  readonly language: Language;
  /** False where every row is to be asked, whatever was answered before. */
  readonly cache?: boolean;
  /** Input columns that follow the picture as `name: value` lines, as positions in the table. */
  readonly contextColumns: readonly number[];
}
