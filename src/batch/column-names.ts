// Column names as people write them: found in the table, listed when they are not, kept from colliding.

import { cutToBytes } from './clean-text.ts';
import { editDistance } from './nearest.ts';

const maxListed = 20;
const maxQuotedBytes = 120;

/** Position of the column with exactly this name, else with the same letters; undefined if none. */
export function findColumn(name: string, columns: readonly string[]): number | undefined {
  const exact = columns.indexOf(name);
  if (exact !== -1) return exact;
  const key = toKey(name);
  const similar = columns.findIndex((column) => toKey(column) === key);
  return similar === -1 ? undefined : similar;
}

/** The table's columns for a sentence, the ones most similar to `name` first; at most 20. */
export function listColumns(columns: readonly string[], name: string): string {
  const key = toKey(name);
  const ranked = columns
    .map((column) => ({ column, distance: editDistance(key.slice(0, 100), toKey(column)) }))
    .toSorted((one, other) => one.distance - other.distance);
  const listed = ranked.slice(0, maxListed).map(({ column }) => toQuoted(column));
  return listed.join(', ') + (columns.length > maxListed ? ', …' : '');
}

/** What a person wrote, short enough to be said back in a sentence. */
export function toQuoted(text: string): string {
  return cutToBytes(text, maxQuotedBytes);
}

/** The name, or with the first free suffix (`_2`, `_3`…) where it is taken, ignoring case. */
export function toFreeName(name: string, taken: readonly string[]): string {
  const keys = new Set(taken.map((other) => other.trim().toLowerCase()));
  let free = name;
  for (let suffix = 2; keys.has(free.toLowerCase()); suffix += 1) free = `${name}_${suffix}`;
  return free;
}

/** The columns that Darkroom itself adds at the end of a results file. */
export const statusColumns = ['status', 'error_code', 'error'] as const;

/** Upper and lower case, width, and spaces, `_` and `-` make no difference. */
function toKey(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[’‘]/g, "'")
    .replaceAll(/[\s_-]+/g, '');
}
