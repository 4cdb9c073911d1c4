// Finished rows -> the lines of the results file and of the to-do file.

import { stringify } from 'csv-stringify/sync';
import { statusColumns, toFreeName } from '../batch/column-names.ts';
import type { Language } from '../batch/language.ts';
import type { Recipe } from '../batch/recipe.ts';
import type { Row } from '../batch/row.ts';
import type { Table } from '../batch/table.ts';
import type { FinishedRow } from '../batch/results.ts';
import { sentenceOf } from '../errors.ts';
import { toSafeCell, toSafeInputCell } from './safe-cell.ts';

export interface RowWords {
  readonly table: Table;
  readonly recipe: Recipe;
  /** Of the sentences in the `error` column. */
  readonly language: Language;
}

/** The input's headers, the recipe's, then Darkroom's own, renamed where the others have them already. */
export function toResultHeader({ table, recipe }: RowWords): readonly string[] {
  const headers = [...toInputHeader(table), ...recipe.outputs.map(({ header }) => header)];
  for (const name of statusColumns) headers.push(toFreeName(name, headers));
  return headers;
}

export function toInputHeader({ columns }: Table): readonly string[] {
  return columns.map((column) => toSafeInputCell(column));
}

/** The input's cells, the answer's, then status, error code and error. */
export function toResultCells({ row, outcome }: FinishedRow, words: RowWords): readonly string[] {
  const { outputs } = words.recipe;
  const fields = 'fields' in outcome ? (outcome.fields ?? []) : [];
  return [
    ...toInputCells(row, words.table),
    ...outputs.map((_, index) => toSafeCell(fields[index] ?? '')),
    outcome.status,
    'fault' in outcome ? (outcome.fault?.code ?? '') : '',
    toSafeCell(toErrorText(outcome, words.language)),
  ];
}

const beginnings: Readonly<Record<Language, (answer: string) => string>> = {
  en: (answer) => ` The answer begins: “${answer}”`,
  zh: (answer) => `回答的开头是：“${answer}”`,
};

function toErrorText(outcome: FinishedRow['outcome'], language: Language): string {
  if (!('fault' in outcome) || outcome.fault === undefined) return '';
  const sentence = sentenceOf(outcome.fault, language);
  const answer = outcome.status === 'failed' ? outcome.answer : undefined;
  return answer === undefined ? sentence : sentence + beginnings[language](answer);
}

export function toInputCells(row: Row, { columns }: Table): readonly string[] {
  return columns.map((_, index) => toSafeInputCell(row.cells[index] ?? ''));
}

/**
 * CSV lines that end in CRLF. A spreadsheet that writes `;` (where the comma is the decimal sign) opens
 * only that by itself, so such a file is answered in kind; all others get commas.
 */
export function toCsv(lines: readonly (readonly string[])[], table: Table): string {
  return stringify([...lines], {
    delimiter: table.delimiter === ';' ? ';' : ',',
    record_delimiter: '\r\n',
    // Everything that one reader or another takes for the end of a cell or trims away.
    quoted_match: /[\r\n\t,;|]|^\s|\s$/u,
    // A blank line would be skipped by readers.
    quoted_empty: table.columns.length === 1,
  });
}
