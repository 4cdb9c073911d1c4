// The values of the option lines: what each may be, and what a wrong one is answered with.

import { fail } from '../errors.ts';
import { toQuoted } from './column-names.ts';
import type { Language } from './language.ts';
import type { Detail } from './recipe.ts';

export type OptionName =
  | 'columns'
  | 'max_tokens'
  | 'temperature'
  | 'top_p'
  | 'detail'
  | 'language'
  | 'cache'
  | 'group'
  | 'use';

export interface AskedColumn {
  readonly name: string;
  readonly list: boolean;
}

/** What option lines set; what is missing keeps its default. */
export interface RecipeOptions {
  readonly columns?: readonly AskedColumn[];
  /** 1 to 8192. */
  readonly maxTokens?: number;
  /** 0 to 2. */
  readonly temperature?: number;
  /** 0.01 to 1. */
  readonly topP?: number;
  readonly detail?: Detail;
  readonly language?: Language;
  /** False: every row is asked, also where the same was answered before. */
  readonly cache?: boolean;
  /** False: every dropped picture is a row of its own. */
  readonly group?: boolean;
  /** Names of input columns as written; empty for none. */
  readonly use?: readonly string[];
}

const maxColumns = 20;
const maxNameLength = 64;
const columnName = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N} _\-./()%&+#']*$/u;

/** Columns that are lists without being marked with `[]`. */
const knownLists: ReadonlySet<string> = new Set([
  'selling_points',
  'usage_scenarios',
  'tags',
  'keywords',
  '卖点',
  '使用场景',
  '标签',
  '关键词',
]);

const details: ReadonlyMap<string, Detail> = new Map<string, Detail>([
  ['low', 'low'],
  ['standard', 'standard'],
  ['high', 'high'],
  ['低', 'low'],
  ['标准', 'standard'],
  ['高', 'high'],
]);

const languages: ReadonlyMap<string, Language> = new Map<string, Language>([
  ['en', 'en'],
  ['english', 'en'],
  ['英文', 'en'],
  ['英语', 'en'],
  ['zh', 'zh'],
  ['zh-cn', 'zh'],
  ['chinese', 'zh'],
  ['中文', 'zh'],
  ['简体中文', 'zh'],
]);

const switches: ReadonlyMap<string, 'on' | 'off'> = new Map<string, 'on' | 'off'>([
  ['on', 'on'],
  ['off', 'off'],
  ['开', 'on'],
  ['关', 'off'],
]);

const nothing: ReadonlySet<string> = new Set(['none', '无']);

const parsers: Readonly<Record<OptionName, (value: string) => RecipeOptions>> = {
  columns: (value) => ({ columns: parseColumns(value) }),
  max_tokens: (value) => ({ maxTokens: parseWhole('max_tokens', value, [1, 8192]) }),
  temperature: (value) => ({ temperature: parseNumber('temperature', value, [0, 2]) }),
  top_p: (value) => ({ topP: parseNumber('top_p', value, [0.01, 1]) }),
  detail: (value) => ({ detail: parseChoice('detail', value, details) }),
  language: (value) => ({ language: parseChoice('language', value, languages) }),
  cache: (value) => ({ cache: parseChoice('cache', value, switches) === 'on' }),
  group: (value) => ({ group: parseChoice('group', value, switches) === 'on' }),
  use: (value) => ({ use: nothing.has(value.toLowerCase()) ? [] : splitNames('use', value) }),
};

/** Reads one option's value as typed. Throws UserError with what it may be instead. */
export function parseOption(option: OptionName, value: string): RecipeOptions {
  if (value.trim() === '') fail('E_OPT_EMPTY', { option });
  return parsers[option](value.trim());
}

type Range = readonly [min: number, max: number];

function parseNumber(option: OptionName, value: string, [min, max]: Range): number {
  const number = toDecimal(value);
  if (number >= min && number <= max) return number;
  return fail('E_OPT_NUMBER', { option, value: toQuoted(value), min, max });
}

function parseWhole(option: OptionName, value: string, [min, max]: Range): number {
  const number = toDecimal(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  return fail('E_OPT_WHOLE_NUMBER', { option, value: toQuoted(value), min, max });
}

/** NaN for anything but plain decimal digits: `Number` would take '', '0x10' and '1e3' too. */
function toDecimal(value: string): number {
  const plain = unquote(value.normalize('NFKC'));
  return /^\d{1,9}(?:\.\d{1,9})?$|^\.\d{1,9}$/.test(plain) ? Number(plain) : Number.NaN;
}

function parseChoice<Choice extends string>(
  option: OptionName,
  value: string,
  choices: ReadonlyMap<string, Choice>,
): Choice {
  const choice = choices.get(unquote(value.normalize('NFKC')).toLowerCase());
  if (choice !== undefined) return choice;
  return fail('E_OPT_CHOICE', {
    option,
    value: toQuoted(value),
    choices: [...new Set(choices.values())].join(', '),
  });
}

function parseColumns(value: string): readonly AskedColumn[] {
  const columns = splitNames('columns', value.normalize('NFKC')).map((name) => toColumn(name));
  const count = columns.length;
  if (count > maxColumns) fail('E_SCHEMA_TOO_LARGE', { count, limit: maxColumns });
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name.toLowerCase())) fail('E_SCHEMA_DUPLICATE', { name });
    seen.add(name.toLowerCase());
  }
  return columns;
}

function toColumn(written: string): AskedColumn {
  const name = written.replace(/(?<!\s)\s*\[\s*\]$/u, '');
  if (name.length > maxNameLength || !columnName.test(name)) {
    fail('E_SCHEMA_INVALID', { name: toQuoted(name), limit: maxNameLength });
  }
  return { name, list: name !== written || knownLists.has(name.toLowerCase()) };
}

function splitNames(option: OptionName, value: string): readonly string[] {
  const names = value.split(/[,，、;；]/u).map((name) => unquote(name));
  const written = names.filter((name) => name !== '');
  return written.length > 0 ? written : fail('E_OPT_EMPTY', { option });
}

function unquote(text: string): string {
  return text
    .trim()
    .replace(/^(?<quote>["'])(?<inside>.*)\k<quote>$/u, '$<inside>')
    .trim();
}
