// The simulated model's answer: what it has seen and read, in the form that was asked for. Every text
// in it names the picture and the row, so that an answer that went to the wrong row shows.

import { createHash } from 'node:crypto';
import type { JsonSchema } from './json-schema.ts';
import type { Size } from './token-count.ts';

export type AnswerFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'object' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'schema'; readonly schema: JsonSchema };

export interface SeenPicture extends Size {
  /** The dominant colour as #rrggbb. */
  readonly color: string;
}

export interface Sight {
  readonly pictures: readonly SeenPicture[];
  /** The row's own text: what follows the pictures in the user's message. */
  readonly rowText: string;
}

const quotedCharacters = 40;
const usualItems = 3;

/** `simulated · 640x480 #c03020 · the row's first 40 characters · 8 hex digits`. The digits are the
 *  start of the sha256 of the row's whole text; line ends in the quoted part become spaces. */
export function toMark({ pictures, rowText }: Sight): string {
  const seen = pictures.map(({ width, height, color }) => `${width}x${height} ${color}`);
  const quoted = Array.from(rowText).slice(0, quotedCharacters).join('');
  return [
    'simulated',
    seen.length === 0 ? 'no picture' : seen.join(' + '),
    quoted.replaceAll(/\p{Cc}/gu, ' '),
    createHash('sha256').update(rowText).digest('hex').slice(0, 8),
  ].join(' · ');
}

/** The content of the answer: plain text, or JSON that keeps to the schema. */
export function writeAnswer(format: AnswerFormat, sight: Sight): string {
  const mark = toMark(sight);
  switch (format.kind) {
    case 'text':
      return mark;
    case 'object':
      return JSON.stringify({ answer: mark });
    case 'choice':
      return format.choices[0] ?? '';
    case 'schema':
      return JSON.stringify(toValue(format.schema, mark));
  }
}

function toValue(schema: JsonSchema, mark: string): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [alternative] = schema.anyOf ?? schema.oneOf ?? [];
  if (alternative !== undefined) return toValue(alternative, mark);
  return valueOfType(toTypeName(schema), schema, mark);
}

function toTypeName({ type, properties, items }: JsonSchema): string {
  const [name] = [type].flat();
  if (name !== undefined) return name;
  if (properties !== undefined) return 'object';
  return items === undefined ? 'string' : 'array';
}

function valueOfType(type: string, schema: JsonSchema, mark: string): unknown {
  switch (type) {
    case 'object':
      return toObject(schema, mark);
    case 'array':
      return toItems(schema, mark);
    case 'number':
    case 'integer':
      return Math.ceil(schema.minimum ?? 0);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return toText(schema, mark);
  }
}

function toObject({ properties = {} }: JsonSchema, mark: string): unknown {
  const entries = Object.entries(properties);
  return Object.fromEntries(entries.map(([name, schema]) => [name, toValue(schema, mark)]));
}

function toItems({ items = {}, minItems = 0, maxItems = Infinity }: JsonSchema, mark: string) {
  const length = Math.min(Math.max(usualItems, minItems), maxItems);
  return Array.from({ length }, (_item, index) => toValue(items, `${mark} (${index + 1})`));
}

function toText({ minLength = 0, maxLength = Infinity }: JsonSchema, mark: string): string {
  if (mark.length >= minLength && mark.length <= maxLength) return mark;
  return Array.from(mark.padEnd(minLength, '.')).slice(0, maxLength).join('');
}
