// A record of the file -> a row of the batch, with what is wrong with it.

import type { Row } from '../batch/row.ts';
import type { Table } from '../batch/table.ts';
import { type Fault, toFault } from '../errors.ts';
import type { TableRecord } from './read-records.ts';
import { splitImages } from './split-images.ts';

export interface RowDraft {
  readonly row: Row;
  /** Image references found, before the limit. */
  readonly found: number;
}

/** Never throws: a bad row carries its fault. */
export function toRow(
  record: TableRecord,
  { table, index, maxImages }: { table: Table; index: number; maxImages: number },
): RowDraft {
  const { cells, fault: columnsFault } = fitCells(record.cells, table);
  const references = columnsFault ? [] : findReferences(cells, table);
  const fault = columnsFault ?? (references.length === 0 ? toNoImageFault(table) : undefined);
  const prompt = table.promptColumn === undefined ? '' : (cells[table.promptColumn] ?? '').trim();
  const row: Row = {
    index,
    line: record.line,
    cells,
    images: references.slice(0, maxImages),
    ...(prompt !== '' && { prompt }),
    ...(fault && { fault }),
  };
  return { row, found: references.length };
}

/** As many cells as columns: short rows are padded, what is too much is kept in the last cell. */
function fitCells(
  cells: readonly string[],
  { columns, delimiter }: Table,
): { cells: readonly string[]; fault?: Fault } {
  const expected = columns.length;
  const surplus = cells.slice(expected);
  if (cells.length >= expected && surplus.every((cell) => cell.trim() === '')) {
    return { cells: cells.slice(0, expected) };
  }
  const fault = toFault('E_ROW_COLUMNS', { found: cells.length, expected });
  if (cells.length < expected) {
    return { cells: [...cells, ...Array<string>(expected - cells.length).fill('')], fault };
  }
  const last = cells.slice(expected - 1).join(delimiter);
  return { cells: [...cells.slice(0, expected - 1), last], fault };
}

function findReferences(cells: readonly string[], { imageColumns }: Table): readonly string[] {
  const references = imageColumns.flatMap((column) => splitImages(cells[column] ?? ''));
  return [...new Set(references)];
}

function toNoImageFault({ columns, imageColumns }: Table): Fault {
  return toFault('E_ROW_NO_IMAGE', { column: columns[imageColumns[0] ?? 0] ?? '' });
}
