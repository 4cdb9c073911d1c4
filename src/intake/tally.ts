// Counts what reading a whole table shows, and judges whether it can be used as a whole.

import type { Row } from '../batch/row.ts';
import type { Table, TableSummary, TableWarning } from '../batch/table.ts';
import { fail } from '../errors.ts';
import { createSeenPictures } from './seen-pictures.ts';
import type { RowDraft } from './to-row.ts';

/** Above this share of rows with a wrong number of cells the file is damaged, not the rows. */
const maxRaggedShare = 0.05;
/** Fewer rows say nothing about a share. */
const minRowsForShare = 20;

/** 6.90E+12, as a spreadsheet writes long digits; the exponent of what was once a code or barcode. */
const scientific = /^[+-]?\d(?:[.,]\d+)?E\+[1-9]\d$/i;

export interface Tally {
  add(draft: RowDraft): void;
  /** A row beyond the limit, which is not looked at. */
  addExcess(): void;
  /** Throws UserError where the table as a whole cannot be used. Call when all rows were added. */
  judge(): void;
  summary(): TableSummary;
}

export interface TallyOptions {
  readonly table: Table;
  readonly droppedColumns: number;
  readonly maxRows: number;
  readonly maxImages: number;
}

/** Memory: a few bytes a row, see seen-pictures.ts. */
export function createTally({ table, droppedColumns, maxRows, maxImages }: TallyOptions): Tally {
  const seen = createSeenPictures();
  const digits = createDigitsWatch(table);
  const counts = { rows: 0, excess: 0, withoutImage: 0, ragged: 0, repeated: 0, images: 0, cut: 0 };
  let firstRagged: Row | undefined;
  let firstCut: Row | undefined;

  const cutWarning = (): TableWarning[] =>
    firstCut === undefined
      ? []
      : [{ kind: 'images-cut', rows: counts.cut, limit: maxImages, line: firstCut.line }];

  return {
    add({ row, found }) {
      counts.rows++;
      counts.images += row.images.length;
      digits.look(row);
      if (row.fault?.code === 'E_ROW_NO_IMAGE') counts.withoutImage++;
      else if (row.fault !== undefined) {
        counts.ragged++;
        firstRagged ??= row;
      } else if (seen.add(row.images)) counts.repeated++;
      if (found > maxImages) {
        counts.cut++;
        firstCut ??= row;
      }
    },
    addExcess() {
      counts.excess++;
    },
    judge() {
      const { rows, excess, ragged, withoutImage } = counts;
      if (excess > 0) fail('E_CSV_TOO_MANY_ROWS', { found: rows + excess, limit: maxRows });
      if (rows === 0) fail('E_CSV_NO_ROWS', {});
      if (firstRagged && rows >= minRowsForShare && ragged > rows * maxRaggedShare) {
        fail('E_CSV_RAGGED', { count: ragged, rows, line: firstRagged.line });
      }
      if (withoutImage === rows) {
        fail('E_CSV_NO_IMAGES', { columns: toImageNames(table) });
      }
    },
    summary: () => ({
      rows: counts.rows,
      faultyRows: counts.withoutImage + counts.ragged,
      rowsWithoutImage: counts.withoutImage,
      repeatedImages: counts.repeated,
      images: counts.images,
      warnings: [...toTableWarnings(table, droppedColumns), ...digits.warnings(), ...cutWarning()],
    }),
  };
}

/** The first scientific number of each column. */
function createDigitsWatch(table: Table): {
  look(row: Row): void;
  warnings(): readonly TableWarning[];
} {
  const found = new Map<number, TableWarning>();
  return {
    look({ cells, line }) {
      for (const [index, value] of cells.entries()) {
        if (!scientific.test(value.trim()) || found.has(index)) continue;
        const column = table.columns[index] ?? '';
        found.set(index, { kind: 'scientific-digits', column, line, value: value.trim() });
      }
    },
    warnings: () => [...found.values()],
  };
}

function toTableWarnings({ encoding }: Table, droppedColumns: number): readonly TableWarning[] {
  const warnings: TableWarning[] = [];
  if (encoding !== 'utf-8') warnings.push({ kind: 'encoding', encoding });
  if (droppedColumns > 0) warnings.push({ kind: 'empty-columns-dropped', count: droppedColumns });
  return warnings;
}

function toImageNames({ columns, imageColumns }: Table): string {
  return imageColumns.map((index) => columns[index] ?? '').join(', ');
}
