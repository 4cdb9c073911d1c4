// A dropped table, from its path to rows. Opening finds out what the file is (encoding, delimiter, columns)
// and refuses what cannot be used; reading then streams the rows in chunks.

import { type Row, rowsPerChunk } from '../batch/row.ts';
import type { Table, TableReader } from '../batch/table.ts';
import { fail } from '../errors.ts';
import { readHead } from './file-head.ts';
import { findDelimiter } from './find-delimiter.ts';
import { findEncoding } from './find-encoding.ts';
import { findImageColumns } from './find-image-columns.ts';
import { hasChinese } from './has-chinese.ts';
import { toPlainName } from './image-names.ts';
import type { NamedPictures } from './named-pictures.ts';
import { parseHeader } from './parse-header.ts';
import { readRecords, type TableRecord, type TextFormat } from './read-records.ts';
import { refuseBinaryFormat, refuseForeignText } from './refuse-foreign-file.ts';
import { createTally, type Tally } from './tally.ts';
import { toRow } from './to-row.ts';

/** Rows that show which columns hold pictures and which language is spoken. */
const sampledRows = 200;
/** Fewer where they are long: a row may hold a megabyte. */
const sampledCharacters = 1_000_000;

const promptNames: ReadonlySet<string> = new Set(['prompt', '要求', '提示词']);

export interface OpenOptions {
  /** The file's name as the person sees it; `.tsv` speaks for tabs. */
  readonly name: string;
  readonly maxRows: number;
  /** Further images of a row are left out, with a warning. */
  readonly maxImagesPerRow: number;
  readonly signal?: AbortSignal;
  /** Pictures that cells may name. */
  readonly pictures?: NamedPictures;
}

/**
 * Reads the file once for its encoding and its first 200 rows for its columns. Throws UserError where it
 * cannot be used; a file with no more rows than that is judged whole, before anything of it is stored.
 */
export async function openTable(path: string, options: OpenOptions): Promise<TableReader> {
  const { signal } = options;
  const format = await findFormat(path, options);
  const { records, complete } = await takeSample(readRecords(path, format, signal));
  const [header, ...sample] = records;
  if (header === undefined) fail('E_CSV_EMPTY', {});
  const reader = createReader(path, { ...options, format, header, sample });
  if (complete) for await (const _ of reader.chunks());
  return reader;
}

async function findFormat(path: string, { name, signal }: OpenOptions): Promise<TextFormat> {
  const head = await readHead(path);
  refuseBinaryFormat(head);
  const { encoding, start } = await findEncoding(path, head, signal);
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(head.subarray(start));
  refuseForeignText(text);
  const { delimiter, skipped } = findDelimiter(text, name);
  // `sep=` and its line end are ASCII: as many bytes as characters, or twice as many.
  const bytesPerCharacter = encoding.startsWith('utf-16') ? 2 : 1;
  return { encoding, start: start + skipped * bytesPerCharacter, delimiter };
}

interface Opened extends OpenOptions {
  readonly format: TextFormat;
  readonly header: TableRecord;
  readonly sample: readonly TableRecord[];
}

function createReader(path: string, opened: Opened): TableReader {
  const { format, maxRows, maxImagesPerRow: maxImages, signal, pictures } = opened;
  const { table, droppedColumns } = buildTable(opened);
  const startTally = (): Tally => createTally({ table, droppedColumns, maxRows, maxImages });
  let tally = startTally();

  async function* chunks(): AsyncGenerator<readonly Row[]> {
    tally = startTally();
    let index = 0;
    let chunk: Row[] = [];
    for await (const record of withoutFirst(readRecords(path, format, signal))) {
      if (index === maxRows) {
        tally.addExcess();
        continue;
      }
      const draft = toRow(record, { table, index: index++, maxImages, pictures });
      tally.add(draft);
      chunk.push(draft.row);
      if (chunk.length < rowsPerChunk) continue;
      yield chunk;
      chunk = [];
    }
    tally.judge();
    if (chunk.length > 0) yield chunk;
  }
  return { table, chunks, summary: () => tally.summary() };
}

function buildTable({ format, header, sample, pictures }: Opened): {
  table: Table;
  droppedColumns: number;
} {
  const rows = sample.map(({ cells }) => cells);
  const { columns, droppedColumns } = parseHeader(header.cells, rows);
  if (rows.length === 0) fail('E_CSV_NO_ROWS', {});
  const imageColumns = findImageColumns(columns, rows, pictures);
  const promptColumn = columns.findIndex((name) => promptNames.has(toPlainName(name)));
  const withoutImages = (cells: readonly string[]): readonly string[] =>
    cells.filter((_, index) => !imageColumns.includes(index));
  const table: Table = {
    columns,
    imageColumns,
    ...(promptColumn !== -1 && { promptColumn }),
    delimiter: format.delimiter,
    encoding: format.encoding,
    chinese: hasChinese(withoutImages(columns), rows.map(withoutImages)),
  };
  return { table, droppedColumns };
}

async function* withoutFirst<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  let first = true;
  for await (const item of items) {
    if (!first) yield item;
    first = false;
  }
}

/** The first records, and whether they are all that there are. */
async function takeSample(
  source: AsyncIterable<TableRecord>,
): Promise<{ records: TableRecord[]; complete: boolean }> {
  const records: TableRecord[] = [];
  let characters = 0;
  for await (const record of source) {
    // The header does not count as a row, and it must have at least one row to go with it.
    if (records.length > sampledRows || (records.length > 1 && characters > sampledCharacters)) {
      return { records, complete: false };
    }
    records.push(record);
    for (const cell of record.cells) characters += cell.length;
  }
  return { records, complete: true };
}
