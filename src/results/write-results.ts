// Writes what became of a batch: every row in the results file, the unfinished ones in the to-do file
// too. The same rows give the same bytes, so a repeated step does no harm.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FinishedRow, ResultFile, WrittenResults } from '../batch/results.ts';
import { type AtomicFile, createAtomicFile } from './atomic-file.ts';
import { toResultStem, toSoFarName, toTodoName } from './result-name.ts';
import {
  type RowWords,
  toCsv,
  toInputCells,
  toInputHeader,
  toResultCells,
  toResultHeader,
} from './result-rows.ts';

/** How many answers are shown in the thread. */
const maxSamples = 3;
/** Without it Excel reads UTF-8 as something else. */
const byteOrderMark = '\uFEFF';

export interface ResultsInput extends RowWords {
  /** Created when it is missing. */
  readonly directory: string;
  /** The dropped file's name. */
  readonly fileName: string;
  /** Every row of the batch once, in input order. */
  readonly rows: AsyncIterable<readonly FinishedRow[]>;
}

/**
 * Writes `<name>.results.csv` and, where rows are unfinished, `<name>.todo.csv`, holding one chunk in
 * memory at a time. Files appear complete or not at all. Throws when rows are missing or out of order.
 */
export async function writeResults(input: ResultsInput): Promise<WrittenResults> {
  const stem = toResultStem(input.fileName);
  await mkdir(input.directory, { recursive: true });
  await using results = createCsvFile(input, `${stem}.results.csv`, toResultHeader(input));
  await using todo = createCsvFile(input, toTodoName(stem), toInputHeader(input.table));
  let rows = 0;
  let unfinished = 0;
  const samples: { line: number; fields: readonly string[] }[] = [];
  await results.write([]);
  for await (const chunk of input.rows) {
    checkOrder(chunk, rows);
    rows += chunk.length;
    await results.write(chunk.map((finished) => toResultCells(finished, input)));
    const open = chunk.filter(({ outcome }) => outcome.status !== 'done');
    unfinished += open.length;
    if (open.length > 0) await todo.write(open.map(({ row }) => toInputCells(row, input.table)));
    samples.push(...toSamples(chunk).slice(0, maxSamples - samples.length));
  }
  const files = [await results.commit(), await todo.commit()].filter((file) => file !== undefined);
  return { files, rows, unfinished, samples };
}

/** `<name>.so-far.csv`: the same before the end, with every row of the batch. */
export async function writeSoFar(input: ResultsInput): Promise<ResultFile> {
  const name = toSoFarName(toResultStem(input.fileName));
  await mkdir(input.directory, { recursive: true });
  await using file = createCsvFile(input, name, toResultHeader(input));
  let rows = 0;
  await file.write([]);
  for await (const chunk of input.rows) {
    checkOrder(chunk, rows);
    rows += chunk.length;
    await file.write(chunk.map((finished) => toResultCells(finished, input)));
  }
  const written = await file.commit();
  if (written === undefined) throw new Error('no file was written');
  return written;
}

/** A row that is missing or doubled must never look like a complete file. */
function checkOrder(chunk: readonly FinishedRow[], from: number): void {
  for (const [offset, { row }] of chunk.entries()) {
    if (row.index === from + offset) continue;
    throw new Error(
      `Row ${from + offset} was due for the results file, but row ${row.index} came.`,
    );
  }
}

function toSamples(chunk: readonly FinishedRow[]): { line: number; fields: readonly string[] }[] {
  return chunk.flatMap(({ row, outcome }) =>
    outcome.status === 'done' ? [{ line: row.line, fields: outcome.fields }] : [],
  );
}

interface CsvFile extends AsyncDisposable {
  write(lines: readonly (readonly string[])[]): Promise<void>;
  /** Undefined where nothing was written: then no file of that name is left either. */
  commit(): Promise<ResultFile | undefined>;
}

/** Comes into being with the first write, which puts the header in front. */
function createCsvFile(
  { directory, table }: ResultsInput,
  name: string,
  header: readonly string[],
): CsvFile {
  const path = join(directory, name);
  let file: AtomicFile | undefined;
  return {
    async write(lines) {
      if (file === undefined) {
        file = await createAtomicFile(path);
        await file.write(byteOrderMark + toCsv([header], table));
      }
      await file.write(toCsv(lines, table));
    },
    async commit() {
      if (file !== undefined) return { path, name, bytes: await file.commit() };
      await rm(path, { force: true });
      return undefined;
    },
    async [Symbol.asyncDispose]() {
      await file?.discard();
    },
  };
}
