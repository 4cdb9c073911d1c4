// What the person is told about a table before the run although it can be used.

import type { Row } from '../batch/row.ts';
import type { Table, TableWarning } from '../batch/table.ts';
import type { RowDraft } from './to-row.ts';

/** 6.90E+12, as a spreadsheet writes long digits; ten digits and more are codes, not measures. */
const scientific = /^[+-]?\d(?:[.,]\d+)?E\+[1-9]\d$/i;

export interface TableWarnings {
  look(draft: RowDraft): void;
  /** About the rows so far. */
  list(): readonly TableWarning[];
}

export interface WarningsOptions {
  readonly table: Table;
  readonly droppedColumns: number;
  /** Images of a row that are used. */
  readonly maxImages: number;
}

export function createTableWarnings(options: WarningsOptions): TableWarnings {
  const { table, maxImages } = options;
  /** The first of each column. */
  const digits = new Map<number, TableWarning>();
  let cutRows = 0;
  let firstCut: Row | undefined;

  const lookForDigits = ({ cells, line }: Row): void => {
    for (const [index, value] of cells.entries()) {
      if (!scientific.test(value.trim()) || digits.has(index)) continue;
      const column = table.columns[index] ?? '';
      digits.set(index, { kind: 'scientific-digits', column, line, value: value.trim() });
    }
  };

  const toCutWarnings = (): readonly TableWarning[] =>
    firstCut === undefined
      ? []
      : [{ kind: 'images-cut', rows: cutRows, limit: maxImages, line: firstCut.line }];

  return {
    look({ row, found }) {
      lookForDigits(row);
      if (found <= maxImages) return;
      cutRows++;
      firstCut ??= row;
    },
    list: () => [...toColumnWarnings(options), ...digits.values(), ...toCutWarnings()],
  };
}

function toColumnWarnings({ table, droppedColumns }: WarningsOptions): readonly TableWarning[] {
  const warnings: TableWarning[] = [];
  if (table.encoding !== 'utf-8') warnings.push({ kind: 'encoding', encoding: table.encoding });
  if (droppedColumns > 0) warnings.push({ kind: 'empty-columns-dropped', count: droppedColumns });
  return warnings;
}
