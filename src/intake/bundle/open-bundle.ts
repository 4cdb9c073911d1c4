// Pictures that were dropped themselves, in archives or loose, as a table: a row for each picture or each
// group of them, or the rows of a table that names them.

import { type BundledImage, type Row, rowsPerChunk } from '../../batch/row.ts';
import type { SortedFile } from '../../batch/spooled-file.ts';
import type { BundleSummary, Table, TableReader } from '../../batch/table.ts';
import { fail } from '../../errors.ts';
import { hasChinese } from '../has-chinese.ts';
import type { OpenOptions } from '../open-table.ts';
import { groupPictures, type Grouping } from './group-pictures.ts';
import { openManifest } from './open-manifest.ts';
import { listExtensions, sortFiles, toExamples, type SortedBundle } from './sort-files.ts';

export interface BundleOptions extends Omit<OpenOptions, 'name' | 'pictures'> {
  /** False where every picture is to be a row of its own. */
  readonly grouping: boolean;
}

/** The header of the results is row 1. */
const firstLine = 2;

/**
 * @param files In the order of the drop, which the rows' pictures refer to.
 * Reads the archives' directories only. Throws UserError where the bundle cannot be used as a whole.
 */
export async function openBundle(
  files: readonly SortedFile[],
  options: BundleOptions,
): Promise<TableReader> {
  const bundle = await sortFiles(files, options.signal);
  const [table, ...others] = bundle.tables;
  if (others.length > 0 && bundle.pictures.length > 0) {
    const names = bundle.tables.map(({ name }) => name).slice(0, 5);
    fail('E_ZIP_MANIFEST_AMBIGUOUS', { names: names.join(', ') });
  }
  const found = toFound(bundle);
  if (table !== undefined && others.length === 0)
    return openManifest(table, { ...options, pictures: bundle.pictures, found });
  const name = files[0]?.name ?? '';
  const { pictures } = bundle;
  if (pictures.length === 0) {
    const rest = [...bundle.tables.map((one) => one.name), ...bundle.skipped, ...bundle.nested];
    fail('E_ZIP_NO_IMAGES', { name, found: listExtensions(rest) });
  }
  if (pictures.length > options.maxRows) {
    fail('E_ZIP_TOO_MANY', { name, found: pictures.length, limit: options.maxRows });
  }
  return createPictureReader(pictures, { found, ...options });
}

function toFound({ pictures, skipped, nested }: SortedBundle): BundleSummary {
  return {
    pictures: pictures.length,
    unused: toExamples([]),
    rowsMissing: 0,
    skipped: toExamples(skipped),
    nested: toExamples(nested),
  };
}

function createPictureReader(
  pictures: readonly BundledImage[],
  { found, grouping, maxImagesPerRow, signal }: BundleOptions & { readonly found: BundleSummary },
): TableReader {
  const grouped = grouping ? findGrouping(pictures, maxImagesPerRow) : undefined;
  const groups = grouped?.groups ?? pictures.map((_, at) => [at]);
  const bundle = { ...found, ...(grouped && { grouping: grouped.by }) };

  async function* chunks(): AsyncGenerator<readonly Row[]> {
    for (let start = 0; start < groups.length; start += rowsPerChunk) {
      signal?.throwIfAborted();
      const chunk = groups.slice(start, start + rowsPerChunk);
      yield chunk.map((group, at) =>
        toRow(
          start + at,
          group.flatMap((one) => pictures[one] ?? []),
        ),
      );
    }
  }
  return {
    table: buildTable(pictures),
    chunks,
    summary: () => ({
      rows: groups.length,
      faultyRows: 0,
      rowsWithoutImage: 0,
      repeatedImages: 0,
      images: pictures.length,
      warnings: [],
      bundle,
    }),
  };
}

/** The names stand one a line where a row has several pictures. */
function toRow(index: number, images: readonly BundledImage[]): Row {
  const name = images.map((image) => image.name).join('\n');
  return { index, line: index + firstLine, cells: [name], images };
}

function buildTable(pictures: readonly BundledImage[]): Table {
  const names = pictures.slice(0, 200).map(({ name }) => [name.replace(/\.[^.]*$/u, '')]);
  return {
    columns: ['filename'],
    imageColumns: [],
    delimiter: ',',
    encoding: 'utf-8',
    chinese: hasChinese([], names),
  };
}

/** Folders of one name in two archives are two folders. */
function findGrouping(pictures: readonly BundledImage[], max: number): Grouping | undefined {
  const places = pictures.map(({ file, name }) => {
    const end = name.lastIndexOf('/');
    return { folder: end === -1 ? '' : `${file}/${name.slice(0, end)}`, name: name.slice(end + 1) };
  });
  return groupPictures(places, max);
}
