// Counts what reading a whole table shows, and judges whether it can be used as a whole.

import type { ImageReference, Row } from '../batch/row.ts';
import type { TableSummary } from '../batch/table.ts';
import { fail, type Fault } from '../errors.ts';
import { createSeenPictures } from './seen-pictures.ts';
import { createTableWarnings, type WarningsOptions } from './table-warnings.ts';
import type { RowDraft } from './to-row.ts';

/** Above this share of rows with a wrong number of cells the file is damaged, not the rows. */
const maxRaggedShare = 0.05;
/** Fewer rows say nothing about a share. */
const minRowsForShare = 20;

/** Rows beyond the limit that are counted for the refusal; then it says "and more". */
const maxExcess = 1_000_000;

export interface Tally {
  /** Throws as `judge` does as soon as no further row can save the table. */
  add(draft: RowDraft): void;
  /** A row beyond the limit, which is only counted. */
  addExcess(): void;
  /** Throws UserError where the table as a whole cannot be used. Call when all rows were added. */
  judge(): void;
  summary(): TableSummary;
}

export interface TallyOptions extends WarningsOptions {
  readonly maxRows: number;
}

const noCounts = {
  rows: 0,
  excess: 0,
  withoutImage: 0,
  ragged: 0,
  /** Rows whose picture is named and not there. */
  missing: 0,
  repeated: 0,
  images: 0,
};

/** Memory: about 16 bytes a row, see seen-pictures.ts. */
export function createTally(options: TallyOptions): Tally {
  const { table, maxRows } = options;
  const seen = createSeenPictures();
  const warnings = createTableWarnings(options);
  const counts = { ...noCounts };
  let firstRagged: Row | undefined;

  const refuseRagged = (ofRows: number): void => {
    const { rows, ragged: count } = counts;
    if (firstRagged === undefined || rows < minRowsForShare) return;
    if (count > ofRows * maxRaggedShare) {
      fail('E_CSV_RAGGED', { count, rows, line: firstRagged.line });
    }
  };

  return {
    add(draft) {
      const { row } = draft;
      counts.rows++;
      counts.images += row.images.length;
      warnings.look(draft);
      if (row.fault !== undefined) counts[toCounter(row.fault)]++;
      else if (seen.add(row.images.map(toKey))) counts.repeated++;
      if (row.fault?.code !== 'E_ROW_COLUMNS') return;
      firstRagged ??= row;
      refuseRagged(maxRows);
    },
    addExcess() {
      counts.excess++;
      if (counts.excess < maxExcess) return;
      fail('E_CSV_TOO_MANY_ROWS', { found: `${maxRows + maxExcess}+`, limit: maxRows });
    },
    judge() {
      const { rows, excess, withoutImage } = counts;
      if (excess > 0) fail('E_CSV_TOO_MANY_ROWS', { found: rows + excess, limit: maxRows });
      if (rows === 0) fail('E_CSV_NO_ROWS', {});
      refuseRagged(rows);
      if (withoutImage < rows) return;
      const columns = table.imageColumns.map((index) => table.columns[index] ?? '').join(', ');
      fail('E_CSV_NO_IMAGES', { columns });
    },
    summary: () => ({
      rows: counts.rows,
      faultyRows: counts.withoutImage + counts.ragged + counts.missing,
      rowsWithoutImage: counts.withoutImage,
      repeatedImages: counts.repeated,
      images: counts.images,
      warnings: warnings.list(),
    }),
  };
}

function toCounter({ code }: Fault): 'withoutImage' | 'ragged' | 'missing' {
  if (code === 'E_ROW_NO_IMAGE') return 'withoutImage';
  return code === 'E_ROW_COLUMNS' ? 'ragged' : 'missing';
}

function toKey(image: ImageReference): string {
  return typeof image === 'string' ? image : `${image.file}:${image.name}`;
}
