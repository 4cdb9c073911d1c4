// Which registered error a text tells: people read sentences, not codes.

import { errorRegistry } from '../../src/errors.ts';

function toPattern(sentence: string): RegExp {
  const pieces = sentence
    .split(/\{\w+\}/)
    .map((piece) => piece.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return new RegExp(pieces.join('.+?'), 'su');
}

const patterns: readonly (readonly [string, RegExp])[] = Object.entries(errorRegistry).map(
  ([code, { en }]) => [code, toPattern(en)],
);

/** The code whose English sentence stands in the text, or the text where there is none. */
export function toToldCode(text: string): string {
  return patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? text;
}
