// A table file as records: decoded, split into cells, numbered as a spreadsheet numbers its rows. Memory
// stays bounded by the size of one record and one piece of the file.

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
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

/** The parser is slow with rows of a wrong length (0.02 ms each), and such a piece may hold a thousand. */
const pieceBytes = 4096;
const maxBusyMs = 10;

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
  const place: Place = { textLine: 0 };
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

/** Where the last record ended, counted in line breaks, also those inside cells; blank lines left out. */
interface Place {
  textLine: number;
}

function createParser(delimiter: string, place: Place): Parser {
  const options: Options<TableRecord, string[]> = {
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: maxRecordBytes,
    skip_empty_lines: true,
    on_record: (cells: string[], info): TableRecord | null => {
      place.textLine = info.lines - info.empty_lines;
      if (cells.every((cell) => cell.trim() === '')) return null;
      return { line: info.records + info.empty_lines, cells };
    },
  };
  // Its types let `on_record` change the record's shape only together with `columns`.
  return parse(options as object);
}

/** UTF-8 goes to the parser as it is; everything in small pieces, with breaks for the rest of the process. */
async function* decode(
  source: AsyncIterable<Buffer>,
  encoding: TextFormat['encoding'],
): AsyncGenerator<Buffer | string> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  let lastBreak = performance.now();
  for await (const bytes of source) {
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      const piece = bytes.subarray(start, start + pieceBytes);
      yield encoding === 'utf-8' ? piece : decoder.decode(piece, { stream: true });
      if (performance.now() - lastBreak < maxBusyMs) continue;
      await setImmediate();
      lastBreak = performance.now();
    }
  }
}

function toUserError(thrown: unknown, place: Place): Error {
  if (!(thrown instanceof CsvError)) return toError(thrown);
  const blankLines = Number(thrown['empty_lines']);
  const line = Number(thrown['records']) + blankLines + 1;
  const textLines = Number(thrown['lines']) - blankLines - place.textLine;
  const tooLarge = thrown.code === 'CSV_MAX_RECORD_SIZE' && textLines <= manyLines;
  const fault = tooLarge
    ? toFault('E_CSV_RECORD_TOO_LARGE', { line, limit: maxRecordBytes / 1024 / 1024 })
    : toFault('E_CSV_QUOTE', { line });
  // The parser's error quotes the cell, which must not get into a log: it is no cause here.
  return new UserError(fault);
}
