// Everything that was dropped together, sorted: pictures, tables, and what is of no use.

import type { ArchiveEntry, BundledImage } from '../../batch/row.ts';
import type { SortedFile } from '../../batch/spooled-file.ts';
import type { Examples } from '../../batch/table.ts';
import { listArchive, type ListedFile } from './list-archive.ts';

export interface FoundTable {
  readonly name: string;
  /** The file on this disk that is the table, or the archive that holds it. */
  readonly path: string;
  readonly entry?: ArchiveEntry;
}

export interface SortedBundle {
  /** In the order of the message and of each archive. */
  readonly pictures: readonly BundledImage[];
  readonly tables: readonly FoundTable[];
  /** Names of files in archives that are none of these. */
  readonly skipped: readonly string[];
  /** Names of archives in archives. */
  readonly nested: readonly string[];
}

/** Throws UserError for an archive that cannot be read. */
export async function sortFiles(
  files: readonly SortedFile[],
  signal: AbortSignal | undefined,
): Promise<SortedBundle> {
  const bundle: SortedBundle[] = [];
  for (const [index, file] of files.entries()) bundle.push(await sortFile(file, { index, signal }));
  return {
    pictures: bundle.flatMap(({ pictures }) => pictures),
    tables: bundle.flatMap(({ tables }) => tables),
    skipped: bundle.flatMap(({ skipped }) => skipped),
    nested: bundle.flatMap(({ nested }) => nested),
  };
}

async function sortFile(
  { kind, name, path }: SortedFile,
  { index, signal }: { readonly index: number; readonly signal: AbortSignal | undefined },
): Promise<SortedBundle> {
  if (kind === 'archive') {
    const options = { name, ...(signal === undefined ? {} : { signal }) };
    return sortListed(await listArchive(path, options), { index, path });
  }
  const isPicture = kind === 'picture';
  return {
    pictures: isPicture ? [{ file: index, name }] : [],
    tables: isPicture ? [] : [{ name, path }],
    skipped: [],
    nested: [],
  };
}

function sortListed(
  listed: readonly ListedFile[],
  { index, path }: { readonly index: number; readonly path: string },
): SortedBundle {
  const of = (kind: ListedFile['kind']): readonly ListedFile[] =>
    listed.filter((file) => file.kind === kind);
  return {
    pictures: of('picture').map(({ path: name, entry }) => ({ file: index, name, entry })),
    tables: of('table').map(({ path: name, entry }) => ({ name, path, entry })),
    skipped: of('other').map((file) => file.path),
    nested: [...of('archive'), ...of('unpackable')].map((file) => file.path),
  };
}

const maxExamples = 3;

export function toExamples(names: readonly string[]): Examples {
  return { count: names.length, names: names.slice(0, maxExamples) };
}

const maxExtensions = 5;

/** Such as `.txt ×3, .pdf ×1`, the most frequent first. */
export function listExtensions(names: readonly string[]): string {
  const groups = Map.groupBy(names, (name) => /\.[^./]{1,12}$/u.exec(name)?.[0].toLowerCase());
  const counted = [...groups].map(([extension, { length }]) => ({ extension, length }));
  const listed = counted
    .toSorted((one, other) => other.length - one.length)
    .map(({ extension, length }) => `${extension ?? '?'} ×${length}`);
  const more = listed.length > maxExtensions ? ', …' : '';
  return listed.slice(0, maxExtensions).join(', ') + more;
}
