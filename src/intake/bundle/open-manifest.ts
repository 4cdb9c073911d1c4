// A table whose rows name pictures that were dropped with it.

import { writeFile } from 'node:fs/promises';
import { toQuoted } from '../../batch/column-names.ts';
import type { BundledImage, Row } from '../../batch/row.ts';
import type { BundleSummary, TableReader, TableSummary } from '../../batch/table.ts';
import { fail, UserError, type Fault } from '../../errors.ts';
import { openTable, type OpenOptions } from '../open-table.ts';
import { createPictureIndex } from './picture-index.ts';
import { CorruptEntryError, readEntry } from './read-entry.ts';
import { toExamples, type FoundTable } from './sort-files.ts';

/** Of a table inside an archive, which is unpacked in memory. */
const maxBytes = 50 * 1024 ** 2;

export interface ManifestOptions extends Omit<OpenOptions, 'name' | 'pictures'> {
  readonly pictures: readonly BundledImage[];
  /** What else is known about the bundle. */
  readonly found: BundleSummary;
}

/** Throws UserError where the table cannot be used, or where none of its rows has a picture. */
export async function openManifest(
  manifest: FoundTable,
  { pictures, found, ...options }: ManifestOptions,
): Promise<TableReader> {
  const path = await unpack(manifest);
  const index = createPictureIndex(pictures);
  const { name } = manifest;
  const reader = await (pictures.length === 0
    ? openTable(path, { ...options, name })
    : openNaming(path, { ...options, name, pictures: index }));
  let rowsMissing = 0;
  let firstMissing: Fault | undefined;
  let rowsFound = 0;

  const look = ({ fault, images }: Row): void => {
    const isMissing = fault?.code === 'E_ROW_IMAGE_NOT_IN_ZIP';
    if (isMissing) rowsMissing++;
    if (isMissing) firstMissing ??= fault;
    if (fault === undefined && images.length > 0) rowsFound++;
  };

  async function* chunks(): AsyncGenerator<readonly Row[]> {
    [rowsMissing, rowsFound, firstMissing] = [0, 0, undefined];
    index.restart();
    for await (const rows of reader.chunks()) {
      for (const row of rows) look(row);
      yield rows;
    }
    if (rowsFound === 0 && firstMissing !== undefined) failUnmatched(firstMissing, pictures);
  }

  const summary = (): TableSummary => {
    const unused = toExamples(index.unused().map((picture) => picture.name));
    return { ...reader.summary(), bundle: { ...found, manifest: name, unused, rowsMissing } };
  };
  return { table: reader.table, chunks, summary };
}

/** Its pictures may be names, so a refusal must not ask for links alone. */
async function openNaming(path: string, options: OpenOptions): Promise<TableReader> {
  try {
    return await openTable(path, options);
  } catch (error) {
    const fault = error instanceof UserError ? error.fault : undefined;
    if (fault?.code !== 'E_CSV_NO_IMAGE_COLUMN') throw error;
    const { columns = '' } = fault.params;
    fail('E_ZIP_MANIFEST_NO_COLUMN', { name: options.name, columns }, { cause: error });
  }
}

/** The table as a file of its own, beside the archive and named after it: nothing in it says where to. */
async function unpack({ path, entry, name }: FoundTable): Promise<string> {
  if (entry === undefined) return path;
  if (Math.max(entry.bytes, entry.compressedBytes) > maxBytes) {
    const size = Math.ceil(entry.bytes / 1024 ** 2);
    fail('E_FILE_TOO_LARGE', { size, limit: maxBytes / 1024 ** 2 });
  }
  const target = `${path}.table`;
  try {
    await writeFile(target, await readEntry(path, entry));
  } catch (error) {
    if (!(error instanceof CorruptEntryError)) throw error;
    fail('E_ZIP_INVALID', { name }, { cause: error });
  }
  return target;
}

function failUnmatched({ params }: Fault, pictures: readonly BundledImage[]): never {
  return fail('E_ZIP_MANIFEST_NO_MATCH', {
    wanted: params['name'] ?? '',
    found: toQuoted(pictures[0]?.name ?? ''),
  });
}
