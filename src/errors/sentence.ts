// The shape of a registered error: one sentence a language, with {named} places for what is known.

import type { Language } from '../batch/language.ts';

/** Sentences say what is wrong, where, and what to do next. They are plain text, never markup. */
export type Sentences = Readonly<Record<Language, string>>;

/** The names between braces in a sentence, as a type: "row {line}" -> "line". */
export type PlacesOf<S extends string> = S extends `${string}{${infer Place}}${infer Rest}`
  ? Place | PlacesOf<Rest>
  : never;

/** Places for how many there are of something. */
const amounts: ReadonlySet<string> = new Set([
  'count',
  'found',
  'length',
  'limit',
  'rows',
  'tokens',
]);

export type Params = Readonly<Record<string, string | number>>;

/** Puts the parameters into their places in one pass: a value that contains braces stays as it is. */
export function fillPlaces(sentence: string, params: Params): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(params, name) ? toText(name, params[name]) : place,
  );
}

/** 20000 -> "20,000", as both languages write it; row numbers stay as a spreadsheet shows them. */
function toText(name: string, value: string | number | undefined): string {
  const isLong = typeof value === 'number' && value >= 10_000 && amounts.has(name);
  return isLong ? new Intl.NumberFormat('en-US').format(value) : String(value);
}
