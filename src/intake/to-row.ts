// A record of the file -> a row of the batch, with what is wrong with it.

import type { ImageReference, Row } from '../batch/row.ts';
import type { Table } from '../batch/table.ts';
import { type Fault, toFault } from '../errors.ts';
import type { NamedPictures } from './named-pictures.ts';
import type { TableRecord } from './read-records.ts';
import { splitImages } from './split-images.ts';

export interface RowDraft {
  readonly row: Row;
  /** Image references found, before the limit. */
  readonly found: number;
}

export interface RowPlace {
  readonly table: Table;
  readonly index: number;
  readonly maxImages: number;
  /** Where cells may name them; else every cell is taken for a link. */
  readonly pictures: NamedPictures | undefined;
}

/** Never throws: a bad row carries its fault. */
export function toRow(
  record: TableRecord,
  { table, index, maxImages, pictures }: RowPlace,
): RowDraft {
  const { cells, fault: columnsFault } = fitCells(record.cells, table);
  const found = columnsFault ? [] : findReferences(cells, table, pictures);
  const references = found.filter((one): one is ImageReference => !isFault(one));
  const missing = found.find((one) => isFault(one));
  const fault = columnsFault ?? missing ?? (found.length === 0 ? toNoImageFault(table) : undefined);
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

function findReferences(
  cells: readonly string[],
  { imageColumns }: Table,
  pictures: NamedPictures | undefined,
): readonly (ImageReference | Fault)[] {
  const find = pictures === undefined ? splitImages : pictures.find;
  const references = imageColumns.flatMap((column) => find(cells[column] ?? ''));
  return [...new Set(references)];
}

function isFault(reference: ImageReference | Fault): reference is Fault {
  return typeof reference === 'object' && 'code' in reference;
}

function toNoImageFault({ columns, imageColumns }: Table): Fault {
  return toFault('E_ROW_NO_IMAGE', { column: columns[imageColumns[0] ?? 0] ?? '' });
}
