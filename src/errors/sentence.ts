// The shape of a registered error: one sentence a language, with {named} places for what is known.

import type { Language } from '../batch/language.ts';

/** Sentences say what is wrong, where, and what to do next. They are plain text, never markup. */
export type Sentences = Readonly<Record<Language, string>>;

/** The names between braces in a sentence, as a type: "row {line}" -> "line". */
export type PlacesOf<S extends string> = S extends `${string}{${infer Place}}${infer Rest}`
  ? Place | PlacesOf<Rest>
  : never;

export type Params = Readonly<Record<string, string | number>>;

/** Puts the parameters into their places in one pass: a value that contains braces stays as it is. */
export function fillPlaces(sentence: string, params: Params): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : place,
  );
}
