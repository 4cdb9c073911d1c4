// The model's answer: the JSON schema that it is asked to keep to, and the check that it did.

import { type Fault, toFault } from '../errors.ts';
import { stripHidden } from './clean-text.ts';
import type { OutputColumn } from './recipe.ts';

/** Keeps a model that likes lists from going on until its tokens are used up. */
const maxItems = 8;

/** Excel's limit for a cell; a longer text makes it offer to repair the file. */
const maxCellLength = 32_767;

/**
 * Only what vLLM's xgrammar backend is quick with. A `maxLength` is left out on purpose: it makes every
 * token about 300 times slower to check (https://github.com/mlc-ai/xgrammar/issues/852), and
 * `max_tokens` bounds the answer anyway.
 */
export interface ResponseSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, FieldSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

type FieldSchema =
  | { readonly type: 'string' }
  | {
      readonly type: 'array';
      readonly items: { readonly type: 'string' };
      readonly minItems: 1;
      readonly maxItems: number;
    };

/** The JSON schema of an answer with these columns, for `response_format`. */
export function toResponseSchema(outputs: readonly OutputColumn[]): ResponseSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(outputs.map((output) => [output.name, toFieldSchema(output)])),
    required: outputs.map((output) => output.name),
    additionalProperties: false,
  };
}

function toFieldSchema(output: OutputColumn): FieldSchema {
  if (!output.list) return { type: 'string' };
  return { type: 'array', items: { type: 'string' }, minItems: 1, maxItems };
}

/**
 * The answer as one cell for each output column, in their order, or E_MODEL_BAD_OUTPUT. The server's
 * guidance is not taken on trust: without it a model wraps the JSON, leaves keys out or writes prose.
 */
export function parseAnswer(
  content: string,
  outputs: readonly OutputColumn[],
): readonly string[] | Fault {
  const answer = parseObject(content);
  if (answer === undefined) return toFault('E_MODEL_BAD_OUTPUT', {});
  const cells = outputs.map((output) => toCell(answer.get(output.name), output.list));
  return cells.every((cell) => cell !== undefined) ? cells : toFault('E_MODEL_BAD_OUTPUT', {});
}

/** A map, so that a key such as `__proto__` is an ordinary one. */
function parseObject(content: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(withoutFence(content.trim()));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return new Map(Object.entries(parsed));
  } catch {
    return undefined;
  }
}

function withoutFence(content: string): string {
  const isFenced = content.startsWith('```') && content.endsWith('```');
  return isFenced ? content.slice(3, -3).replace(/^json/iu, '') : content;
}

/** undefined where the value is not of the column's kind, or a list without anything in it. */
export function toCell(value: unknown, list: boolean): string | undefined {
  if (!list) return typeof value === 'string' ? toCellText(value) : undefined;
  if (!Array.isArray(value)) return undefined;
  const items: unknown[] = value;
  if (!items.every((item) => typeof item === 'string')) return undefined;
  const lines = items.map((item) => toLine(item)).filter((line) => line !== '');
  return lines.length === 0 ? undefined : toCellText(lines.join('\n'));
}

/** A list stands one item a line, so an item must not hold a line end, nor needs a bullet of its own. */
function toLine(item: string): string {
  return stripHidden(item)
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^[-•*·] /u, '');
}

function toCellText(text: string): string {
  const clean = stripHidden(text).trim();
  return clean.length <= maxCellLength
    ? clean
    : `${clean.slice(0, maxCellLength - 1).toWellFormed()}…`;
}
