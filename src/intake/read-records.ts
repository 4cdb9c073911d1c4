// A table file as records: decoded, split into cells, numbered as a spreadsheet numbers its rows. Memory
// stays bounded by the size of one record and one piece of the file.

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, type Options, parse, type Parser } from 'csv-parse';
import { toError, toFault, UserError } from '../errors.ts';
import type { TextStart } from './find-encoding.ts';

export interface TextFormat extends TextStart {
  readonly delimiter: string;
}

export interface TableRecord {
  /** The row number that a spreadsheet shows, from 1. A cell with line breaks is still one row. */
  readonly line: number;
  /** As many cells as the row has; not blank altogether. */
  readonly cells: readonly string[];
}

/** 1 MB in one row; beyond it a quotation mark is missing or the file is no table for people. */
const maxRecordBytes = 1024 * 1024;

/** A record over this many lines that does not end is taken for an unclosed quote, not for a long cell. */
const manyLines = 20;

/**
 * Streams the rows that are not blank; blank ones only count in the numbering. Throws UserError
 * (E_CSV_QUOTE, E_CSV_RECORD_TOO_LARGE) with the row's number, or the signal's reason.
 */
export async function* readRecords(
  path: string,
  format: TextFormat,
  signal?: AbortSignal,
): AsyncGenerator<TableRecord> {
  const place: Place = { line: 0, textLine: 0 };
  const parser = createParser(format.delimiter, place);
  // The callback has nothing to do: every failure also ends the parser, which throws it below.
  pipeline(
    createReadStream(path, { start: format.start, ...(signal && { signal }) }),
    (source: AsyncIterable<Buffer>) => decode(source, format.encoding),
    parser,
    () => undefined,
  );
  try {
    yield* parser as AsyncIterable<TableRecord>;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw toUserError(thrown, place);
  }
}

/** Where the last complete record ended. */
interface Place {
  line: number;
  /** Counted in line breaks, also those inside cells. */
  textLine: number;
}

function createParser(delimiter: string, place: Place): Parser {
  const options: Options<TableRecord, string[]> = {
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: maxRecordBytes,
    on_record: (cells: string[], { lines }): TableRecord | null => {
      place.line++;
      place.textLine = lines;
      return cells.some((cell) => cell.trim() !== '') ? { line: place.line, cells } : null;
    },
  };
  // Its types let `on_record` change the record's shape only together with `columns`.
  return parse(options as object);
}

async function* decode(
  source: AsyncIterable<Buffer>,
  encoding: TextFormat['encoding'],
): AsyncGenerator<Buffer | string> {
  if (encoding === 'utf-8') {
    // The parser reads UTF-8 as it is.
    yield* source;
    return;
  }
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const bytes of source) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

function toUserError(thrown: unknown, place: Place): Error {
  if (!(thrown instanceof CsvError)) return toError(thrown);
  const line = place.line + 1;
  const textLines = Number(thrown['lines']) - place.textLine;
  const tooLarge = thrown.code === 'CSV_MAX_RECORD_SIZE' && textLines <= manyLines;
  const fault = tooLarge
    ? toFault('E_CSV_RECORD_TOO_LARGE', { line, limit: maxRecordBytes / 1024 / 1024 })
    : toFault('E_CSV_QUOTE', { line });
  return new UserError(fault, { cause: thrown });
}
