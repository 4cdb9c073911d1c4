// What was understood of the file and the message: the first thing a person checks in the thread.

import type { Batch } from '../../batch/batch.ts';
import { describeContext } from '../../batch/recipe-resolve.ts';
import type { Recipe } from '../../batch/recipe.ts';
import type { Table, TableSummary } from '../../batch/table.ts';
import { showCode } from '../escape.ts';
import type { Words } from '../words/words.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildBullets } from './blocks.ts';

const columnsShown = 8;

function showColumns(table: Table, positions: readonly number[]): readonly string[] {
  return showNames(positions.map((position) => table.columns[position] ?? ''));
}

function showNames(names: readonly string[]): readonly string[] {
  const shown = names.slice(0, columnsShown).map((name) => showCode(name));
  return names.length <= columnsShown ? shown : [...shown, '…'];
}

function buildRecipeLines(recipe: Recipe, table: Table, words: Words): readonly string[] {
  const { understood } = words;
  const outputs = recipe.outputs.map((output) => showCode(output.header));
  const language = understood.languageName(recipe.language);
  const lines =
    recipe.kind === 'default'
      ? [understood.standard(outputs, language)]
      : [understood.ownPrompt(outputs, language)];
  const told = describeContext(recipe, table);
  if (told.length > 0) lines.push(understood.context(showNames(told)));
  if (table.promptColumn !== undefined) {
    lines.push(understood.promptColumn(showCode(table.columns[table.promptColumn] ?? '')));
  }
  return lines;
}

function buildSummaryLines(summary: TableSummary, words: Words): readonly string[] {
  const { understood } = words;
  const otherwiseFaulty = summary.faultyRows - summary.rowsWithoutImage;
  return [
    ...(summary.repeatedImages > 0 ? [understood.repeats(summary.repeatedImages)] : []),
    ...(summary.rowsWithoutImage > 0 ? [understood.withoutPicture(summary.rowsWithoutImage)] : []),
    ...(otherwiseFaulty > 0 ? [understood.faulty(otherwiseFaulty)] : []),
    ...summary.warnings.map((warning) => understood.warning(warning)),
  ];
}

/** undefined before the file was read. */
export function buildUnderstood(batch: Batch): string | undefined {
  const { table, summary, recipe, language } = batch;
  if (table === undefined || summary === undefined || recipe === undefined) return undefined;
  const words = wordsOf(language);
  return buildBullets([
    words.understood.table(words.rows(summary.rows), showColumns(table, table.imageColumns)),
    ...buildRecipeLines(recipe, table, words),
    ...(batch.textIgnored === true ? [words.understood.textUnused()] : []),
    ...buildSummaryLines(summary, words),
  ]);
}
