// Instructions + table -> the recipe that a batch runs with, or a refusal before any row has run.

import { fail } from '../errors.ts';
import { findColumn, listColumns, toQuoted } from './column-names.ts';
import type { Instructions } from './instructions.ts';
import type { Language } from './language.ts';
import type { RecipeOptions } from './option-values.ts';
import { defaultPrompts } from './prompt-words.ts';
import { defaultColumns, toOutputs } from './recipe-outputs.ts';
import type { Recipe, Sampling } from './recipe.ts';
import type { Table } from './table.ts';
import { readPlaces } from './template.ts';

const defaultSampling: Sampling = { maxTokens: 512, temperature: 0.3, topP: 0.9 };

/** Headers of columns that hold addresses: they tell the model nothing and may hold a secret. */
const linkHeader = /(?:^|[\s_-])(?:url|uri|link|href)s?$|链接|网址/iu;

/**
 * Fills in what the message leaves open. Throws UserError where the prompt or `use:` names a column
 * that the table does not have, or the prompt has a place that is not a column's name.
 */
export function resolveRecipe(instructions: Instructions, table: Table): Recipe {
  const { prompt, options } = instructions;
  const language = options.language ?? guessLanguage(prompt, table);
  const places = prompt === undefined ? [] : readPlaces(prompt, table.columns);
  return {
    kind: toKind(prompt, places),
    prompt: prompt ?? defaultPrompts[language],
    outputs: toOutputs(options.columns ?? openColumns(prompt, table, language), table.columns),
    sampling: toSampling(options),
    detail: options.detail ?? 'standard',
    language,
    ...(options.cache === false ? { cache: false } : {}),
    contextColumns: toContextColumns(options.use, places, table),
  };
}

/** Names of the columns whose values reach the model, in the table's order. */
export function describeContext(recipe: Recipe, table: Table): readonly string[] {
  const places = recipe.kind === 'template' ? readPlaces(recipe.prompt, table.columns) : [];
  const told = new Set([...places, ...recipe.contextColumns]);
  return table.columns.filter(
    (_, column) => told.has(column) && !table.imageColumns.includes(column),
  );
}

/** A person's own prompt is answered in its own language, whatever the table is written in. */
function guessLanguage(prompt: string | undefined, table: Table): Language {
  const chinese = prompt === undefined ? table.chinese : /\p{Script=Han}/u.test(prompt);
  return chinese ? 'zh' : 'en';
}

function toKind(prompt: string | undefined, places: readonly number[]): Recipe['kind'] {
  if (prompt === undefined) return 'default';
  return places.length > 0 ? 'template' : 'system';
}

/** Prompts of the rows' own ask for anything, so they too are answered in one open column. */
function openColumns(
  prompt: string | undefined,
  table: Table,
  language: Language,
): ReturnType<typeof defaultColumns> {
  const open = prompt !== undefined || table.promptColumn !== undefined;
  return defaultColumns(open ? 'answer' : 'product', language);
}

function toSampling({ maxTokens, temperature, topP }: RecipeOptions): Sampling {
  return {
    maxTokens: maxTokens ?? defaultSampling.maxTokens,
    temperature: temperature ?? defaultSampling.temperature,
    topP: topP ?? defaultSampling.topP,
  };
}

/** What `use:` names; else all but links where the prompt itself names no column beside pictures. */
function toContextColumns(
  use: readonly string[] | undefined,
  places: readonly number[],
  table: Table,
): readonly number[] {
  const isText = (column: number): boolean =>
    !table.imageColumns.includes(column) && column !== table.promptColumn;
  if (use !== undefined) {
    const named = use.map(
      (name) => findColumn(name, table.columns) ?? failUse(name, table.columns),
    );
    return [...new Set(named)].filter((column) => isText(column));
  }
  if (places.some((column) => isText(column))) return [];
  return [...table.columns.keys()].filter(
    (column) => isText(column) && !linkHeader.test(table.columns[column] ?? ''),
  );
}

function failUse(name: string, columns: readonly string[]): never {
  return fail('E_OPT_UNKNOWN_COLUMN', {
    name: toQuoted(name),
    columns: listColumns(columns, name),
  });
}
