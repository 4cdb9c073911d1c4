// What was understood about a dropped table: its columns, and what reading all of it has shown.

import type { Row } from './row.ts';

export interface Table {
  /** Header names in order, cleaned (BOM, outer white space); unique and non-empty. */
  readonly columns: readonly string[];
  /** Positions of the image columns within `columns`; none where every row is a dropped picture. */
  readonly imageColumns: readonly number[];
  /** Position of the `prompt` column, when there is one. */
  readonly promptColumn?: number;
  /** `,` `;` `|` or a tab. */
  readonly delimiter: string;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030';
  /** True when the header or most of the first rows' text is Chinese. */
  readonly chinese: boolean;
}

/** What reading the whole table has shown; told to the person before the run. */
export interface TableSummary {
  readonly rows: number;
  /** Rows that will fail as they were read (no picture, wrong number of cells…). */
  readonly faultyRows: number;
  readonly rowsWithoutImage: number;
  /** Rows whose pictures another, earlier row has too. */
  readonly repeatedImages: number;
  readonly images: number;
  readonly warnings: readonly TableWarning[];
  /** Where pictures came with the drop itself. */
  readonly bundle?: BundleSummary;
}

/** False for tables of links, also where an archive held the table. */
export function hasPictures({ bundle }: Pick<TableSummary, 'bundle'>): boolean {
  return bundle !== undefined && bundle.pictures > 0;
}

/** A number of things, and the names of the first few. */
export interface Examples {
  readonly count: number;
  readonly names: readonly string[];
}

/** What was found in archives and among loose pictures. */
export interface BundleSummary {
  readonly pictures: number;
  /** Why several pictures make one row, where they do. */
  readonly grouping?: 'folders' | 'names';
  /** Name of the table whose rows name the pictures. */
  readonly manifest?: string;
  /** Pictures that no row names. */
  readonly unused: Examples;
  /** Rows that name a picture that is not there. */
  readonly rowsMissing: number;
  /** Files in archives that are no pictures. */
  readonly skipped: Examples;
  /** Archives within archives, which are not opened. */
  readonly nested: Examples;
}

export type TableWarning =
  /** Long digits that a spreadsheet has turned into 6.90E+12: the digits are lost in the file. */
  | {
      readonly kind: 'scientific-digits';
      readonly column: string;
      readonly line: number;
      readonly value: string;
    }
  /** Empty columns at the right end that were dropped. */
  | { readonly kind: 'empty-columns-dropped'; readonly count: number }
  /** Read in an encoding that is not UTF-8. */
  | { readonly kind: 'encoding'; readonly encoding: string }
  /** More images in a row than the limit; the first ones are used. */
  | {
      readonly kind: 'images-cut';
      readonly rows: number;
      readonly limit: number;
      readonly line: number;
    };

/** An opened table, ready to be read. */
export interface TableReader {
  readonly table: Table;
  /**
   * All rows, 50 at a time; each call reads the file anew and gives the same chunks for the same bytes.
   * Throws UserError where the file as a whole turns out to be unusable, or the signal's reason.
   */
  chunks(): AsyncIterable<readonly Row[]>;
  /** Complete once `chunks` has ended. */
  summary(): TableSummary;
}
