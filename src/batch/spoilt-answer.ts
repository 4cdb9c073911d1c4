// An answer that is of no use as it is: what of it is kept, for the person who reads the results.

import { toCell } from './answer.ts';
import { stripHidden } from './clean-text.ts';
import type { OutputColumn } from './recipe.ts';

const maxHeadLength = 200;
/** Cleaned at most: an answer may have megabytes, and most of its beginning may be blank. */
const maxRead = 4000;

/** The beginning of what the model said on one line, without hidden characters; '' where it said nothing. */
export function toAnswerHead(content: string): string {
  const line = stripHidden(content.slice(0, maxRead)).replace(/\s+/gu, ' ').trim();
  const head = content.length > maxRead ? `${line}…` : line;
  return head.length <= maxHeadLength ? head : toCut(head.slice(0, maxHeadLength - 1));
}

/**
 * The cells that can be read of JSON that breaks off, one for each output column: '' for a column that it did
 * not come to, `…` at the end of a text that was cut. undefined where nothing can be read.
 */
export function parseCutAnswer(
  content: string,
  outputs: readonly OutputColumn[],
): readonly string[] | undefined {
  const texts = readTexts(content);
  const cells = outputs.map(({ name, list }) => {
    const values = texts.get(name) ?? [];
    return toCell(list ? values : values[0], list) ?? '';
  });
  return cells.some((cell) => cell !== '') ? cells : undefined;
}

/** The brackets and texts of a JSON document; the last text may lack its end. */
const pieces = /[[\]]|"(?<inner>[^"\\]*(?:\\.[^"\\]*)*)(?<end>"?)\s*(?<colon>:?)/gsu;

/** The texts behind each key, one or a list of them. */
function readTexts(content: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  /** Where the next text belongs; it may be the beginning of a key otherwise. */
  let values: string[] | undefined;
  let inList = false;
  for (const { 0: piece, groups } of content.matchAll(pieces)) {
    const { inner, end, colon } = groups ?? {};
    if (inner !== undefined && colon === ':') {
      found.set(unescape(inner), (values = []));
      continue;
    }
    if (inner === undefined) inList = piece === '[';
    else values?.push(end === '"' ? unescape(inner) : toCut(unescape(inner)));
    if (!inList) values = undefined;
  }
  return found;
}

/** '' for what is no text of JSON; half an escape at the end is left out. */
function unescape(inner: string): string {
  try {
    return String(JSON.parse(`"${inner.replace(/(?<!\\)\\u[\da-f]{0,3}$/iu, '')}"`));
  } catch {
    return '';
  }
}

/** Half a character at the end is left out. */
function toCut(text: string): string {
  return text === '' ? '' : `${text.toWellFormed().replace(/\uFFFD$/u, '')}…`;
}
