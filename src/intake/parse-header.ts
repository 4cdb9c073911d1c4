// The header row: names that are clean, unique and not empty, or the reason why they are not.

import { fail } from '../errors.ts';

const maxColumns = 200;
const maxNameLength = 128;

export interface Header {
  readonly columns: readonly string[];
  /** Nameless columns at the right end that are left out. */
  readonly droppedColumns: number;
}

/**
 * Cleans the names. Refuses more than 200 columns, names above 128 characters, nameless columns between
 * named ones or with content, equal names, and a first row that holds links and so is no header.
 */
export function parseHeader(cells: readonly string[], firstRows: readonly TableCells[]): Header {
  const names = cells.map((cell) => cell.replaceAll('\uFEFF', '').trim());
  const columns = names.slice(0, names.findLastIndex((name) => name !== '') + 1);
  if (columns.length > maxColumns) {
    fail('E_CSV_TOO_MANY_COLUMNS', { found: columns.length, limit: maxColumns });
  }
  if (columns.some((name) => /^https?:\/\//i.test(name))) fail('E_CSV_NO_HEADER', {});
  columns.forEach(refuseLongName);
  refuseNameless(columns, names.length, firstRows);
  refuseEqualNames(columns);
  return { columns, droppedColumns: names.length - columns.length };
}

type TableCells = readonly string[];

function refuseLongName(name: string, index: number): void {
  const { length } = Array.from(name);
  if (length <= maxNameLength) return;
  fail('E_CSV_HEADER_TOO_LONG', { column: index + 1, found: length, limit: maxNameLength });
}

function refuseNameless(
  columns: readonly string[],
  width: number,
  firstRows: readonly TableCells[],
): void {
  const inside = columns.indexOf('');
  if (inside !== -1) fail('E_CSV_EMPTY_COLUMN', { column: inside + 1 });
  for (let index = columns.length; index < width; index++) {
    const used = firstRows.some((cells) => (cells[index] ?? '').trim() !== '');
    if (used) fail('E_CSV_EMPTY_COLUMN', { column: index + 1 });
  }
}

function refuseEqualNames(columns: readonly string[]): void {
  const seen = new Map<string, number>();
  for (const [index, name] of columns.entries()) {
    const first = seen.get(name);
    if (first !== undefined) {
      fail('E_CSV_DUP_COLUMN', { name, first: first + 1, second: index + 1 });
    }
    seen.set(name, index);
  }
}
