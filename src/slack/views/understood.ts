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
  if (recipe.cache === false) lines.push(understood.cacheOff());
  return lines;
}

/** Where the rows and their pictures come from. */
function buildSourceLines(table: Table, summary: TableSummary, words: Words): readonly string[] {
  const { bundle, rows } = summary;
  const columns = showColumns(table, table.imageColumns);
  return [
    ...(columns.length > 0 ? [words.understood.table(words.rows(rows), columns)] : []),
    ...(bundle === undefined ? [] : words.understood.bundle(bundle, rows)),
  ];
}

function buildSummaryLines(summary: TableSummary, words: Words): readonly string[] {
  const { understood } = words;
  const told = summary.rowsWithoutImage + (summary.bundle?.rowsMissing ?? 0);
  const otherwiseFaulty = summary.faultyRows - told;
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
    ...buildSourceLines(table, summary, words),
    ...buildRecipeLines(recipe, table, words),
    ...(batch.textIgnored === true ? [words.understood.textUnused()] : []),
    ...buildSummaryLines(summary, words),
  ]);
}
