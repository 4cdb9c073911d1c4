// Recipe + row -> the two texts of a request: the system text, which is the same for every row of a
// batch so that the model server reads it once, and the row's own text, which follows the pictures.

import { type Fault, toFault } from '../errors.ts';
import { cutToBytes, stripHidden } from './clean-text.ts';
import { findColumn } from './column-names.ts';
import { fieldRule, promptWords } from './prompt-words.ts';
import type { OutputColumn, Recipe } from './recipe.ts';
import type { Row } from './row.ts';
import type { Table } from './table.ts';
import { renderTemplate } from './template.ts';
import { estimateTextTokens } from './tokens.ts';

/** Bytes of one cell that reach the model. */
const maxValueBytes = 2048;
const defaultTokenLimit = 6000;

export interface PromptInput {
  readonly recipe: Recipe;
  readonly table: Table;
  readonly row: Row;
  /** Estimated tokens of both texts together; 6,000 unless told. */
  readonly tokenLimit?: number;
}

export interface Prompt {
  readonly system: string;
  readonly text: string;
  /** Estimated, of both texts together. */
  readonly tokens: number;
}

/** Builds a row's prompt, or E_PROMPT_TOO_LONG. Pictures are not counted. */
export function buildPrompt(input: PromptInput): Prompt | Fault {
  const { system, systemTokens } = findSystem(input.recipe, input.table);
  const text = buildText(input);
  const tokens = systemTokens + estimateTextTokens(text);
  const limit = input.tokenLimit ?? defaultTokenLimit;
  return tokens > limit
    ? toFault('E_PROMPT_TOO_LONG', { tokens, limit })
    : { system, text, tokens };
}

interface SystemText {
  readonly table: Table;
  readonly system: string;
  readonly systemTokens: number;
}

/** Rows of a batch come with the same recipe and table, and building their text anew would cost as much
 *  as all the rest of a prompt. */
const systemTexts = new WeakMap<Recipe, SystemText>();

function findSystem(recipe: Recipe, table: Table): SystemText {
  const known = systemTexts.get(recipe);
  if (known?.table === table) return known;
  const system = buildSystem(recipe, table);
  const text = { table, system, systemTokens: estimateTextTokens(system) };
  systemTexts.set(recipe, text);
  return text;
}

function buildSystem(recipe: Recipe, table: Table): string {
  const words = promptWords[recipe.language];
  const isDefault = recipe.kind === 'default';
  const rules = [
    ...(isDefault ? [words.onlyShown, words.noPrices] : [words.noGuesses]),
    words.dataOnly,
    (isDefault ? words.write : words.writeUnlessAsked)[recipe.language],
    ...(table.promptColumn === undefined ? [] : [words.rowTaskRule]),
  ];
  return [
    ...(recipe.kind === 'template' ? [] : [recipe.prompt, '']),
    words.rules,
    ...rules.map((rule) => `- ${rule}`),
    '',
    words.answerWith,
    ...recipe.outputs.map((output) => toFieldLine(output, recipe)),
  ].join('\n');
}

function toFieldLine(output: OutputColumn, { kind, language }: Recipe): string {
  const words = promptWords[language];
  const rule = kind === 'default' ? fieldRule(output, language) : undefined;
  const shape = rule ?? (output.list ? words.list : words.text);
  return `- "${output.name}"${words.colon}${shape}`;
}

function buildText({ recipe, table, row }: PromptInput): string {
  const words = promptWords[recipe.language];
  const task = row.prompt === undefined ? '' : `${words.rowTask}${stripHidden(row.prompt).trim()}`;
  const template = recipe.kind === 'template' ? renderRow(recipe, table, row) : '';
  const context = buildContext(recipe, table, row);
  const own = [task === '' ? template : task, context, words.reminder];
  return own.filter((part) => part !== '').join('\n\n');
}

function renderRow(recipe: Recipe, table: Table, row: Row): string {
  return renderTemplate(recipe.prompt, (name) => {
    const column = findColumn(name, table.columns) ?? -1;
    const isPicture = table.imageColumns.includes(column);
    return isPicture ? promptWords[recipe.language].picture : toValue(row.cells[column] ?? '');
  }).trim();
}

/** `name: value` lines; blank cells and cells that hold an address are left out. */
function buildContext(recipe: Recipe, table: Table, row: Row): string {
  return recipe.contextColumns
    .map((column) => [toValue(table.columns[column] ?? ''), toValue(row.cells[column] ?? '')])
    .filter(([, value = '']) => value !== '' && !isLink(value))
    .map(([name = '', value = '']) => `${name}: ${value}`)
    .join('\n');
}

/** On one line, so that a value cannot look like a line of its own. */
function toValue(cell: string): string {
  return cutToBytes(stripHidden(cell).replace(/\s+/gu, ' ').trim(), maxValueBytes);
}

function isLink(value: string): boolean {
  return /^<?(?:https?:\/\/|\/\/|www\.)\S+$/iu.test(value);
}
