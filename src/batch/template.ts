// A prompt with {{column}} places. No logic: a place is a column's name and nothing else, and what is
// put into a place is never looked at again.

import { fail } from '../errors.ts';
import { findColumn, listColumns, toQuoted } from './column-names.ts';

const place = /\{\{([^{}]*)\}\}/g;
const excerptLength = 30;

/**
 * Positions of the columns that a template names, ascending; none for a prompt without places. Throws
 * UserError for braces that are not closed, an unknown column, and anything but a name in a place.
 */
export function readPlaces(template: string, columns: readonly string[]): readonly number[] {
  checkBraces(template);
  const named = new Set<number>();
  for (const [whole, inside = ''] of template.matchAll(place)) {
    const column = findColumn(inside.trim(), columns);
    named.add(column ?? failPlace(whole, columns));
  }
  return [...named].toSorted((one, other) => one - other);
}

/** Puts the values into their places in one pass: braces inside a value stay as they are. */
export function renderTemplate(template: string, valueOf: (column: string) => string): string {
  return template.replaceAll(place, (_, inside: string) => valueOf(inside.trim()));
}

/** A pair that closes nothing is left alone: prompts show JSON, which ends in `}}`. */
function checkBraces(template: string): void {
  const rest = template.replaceAll(place, (whole) => '.'.repeat(whole.length));
  const index = rest.indexOf('{{');
  if (index === -1) return;
  const excerpt = template.slice(index, index + excerptLength);
  fail('E_TPL_SYNTAX', { position: index + 1, excerpt });
}

function failPlace(whole: string, columns: readonly string[]): never {
  const name = whole.slice(2, -2).trim();
  if (name === '' || /^[#/^!&>=]|[|()]/u.test(name)) {
    fail('E_TPL_EXPRESSION', { place: toQuoted(whole) });
  }
  return fail('E_TPL_UNKNOWN_COLUMN', {
    name: toQuoted(name),
    columns: listColumns(columns, name),
  });
}
