import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Language } from '../../src/batch/language.ts';
import type { Recipe } from '../../src/batch/recipe.ts';
import type { Outcome } from '../../src/batch/row.ts';
import type { Table } from '../../src/batch/table.ts';
import type { FinishedRow, WrittenResults } from '../../src/batch/results.ts';
import { toFault } from '../../src/errors.ts';
import { writeResults, writeSoFar } from '../../src/results/write-results.ts';

const table: Table = {
  columns: ['name', 'price', 'image_url'],
  imageColumns: [2],
  delimiter: ',',
  encoding: 'utf-8',
  chinese: false,
};
const recipe: Recipe = {
  kind: 'default',
  prompt: '',
  outputs: [
    { name: 'title', header: 'title', list: false },
    { name: 'tags', header: 'tags', list: true },
  ],
  sampling: { maxTokens: 512, temperature: 0.3, topP: 0.9 },
  detail: 'standard',
  language: 'en',
  contextColumns: [],
};
const cancelled: Outcome = { status: 'cancelled' };
const noImage: Outcome = {
  status: 'failed',
  fault: toFault('E_ROW_NO_IMAGE', { column: 'image_url' }),
};

function done(...fields: string[]): Outcome {
  const usage = { promptTokens: 1, completionTokens: 1 };
  return { status: 'done', fields, usage, modelSeconds: 1, cached: false };
}

function finished(index: number, outcome: Outcome, cells: string[]): FinishedRow {
  return { row: { index, line: index + 2, cells, images: [] }, outcome };
}

async function* inChunks(
  rows: readonly FinishedRow[],
  size = 2,
): AsyncGenerator<readonly FinishedRow[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'darkroom-results-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

interface Options {
  readonly table?: Table;
  readonly recipe?: Recipe;
  readonly language?: Language;
}

function write(rows: readonly FinishedRow[], options: Options = {}): Promise<WrittenResults> {
  const base = { directory, fileName: 'shoes.csv', table, recipe, language: 'en' as const };
  return writeResults({ ...base, ...options, rows: inChunks(rows) });
}

async function readText(name: string): Promise<string> {
  return readFile(join(directory, name), 'utf-8');
}

function readCells(text: string, delimiter = ','): string[][] {
  return parse(text, { bom: true, delimiter });
}

const rows = [
  finished(0, done('Red shoe', 'red\nlight'), ['Shoe', '-5', 'a.jpg']),
  finished(1, noImage, ['Boot, high', '+7', '']),
  finished(2, cancelled, ['=1+1', '"8"', 'c.jpg']),
  finished(3, done('-20 % off', '@home'), ['Sandal', '9', 'd.jpg']),
];

describe('the results file', () => {
  it('holds the input untouched, the answers, and what became of each row', async () => {
    const written = await write(rows);
    expect(written.rows).toBe(4);
    expect(readCells(await readText('shoes.results.csv'))).toEqual([
      ['name', 'price', 'image_url', 'title', 'tags', 'status', 'error_code', 'error'],
      ['Shoe', '-5', 'a.jpg', 'Red shoe', 'red\nlight', 'done', '', ''],
      [
        'Boot, high',
        '+7',
        '',
        '',
        '',
        'failed',
        'E_ROW_NO_IMAGE',
        'The row has no picture. Put an image link into the column "image_url".',
      ],
      ["'=1+1", '"8"', 'c.jpg', '', '', 'cancelled', '', ''],
      ['Sandal', '9', 'd.jpg', "'-20 % off", "'@home", 'done', '', ''],
    ]);
  });

  it('is UTF-8 with a byte order mark and CRLF between rows', async () => {
    await write(rows);
    const text = await readText('shoes.results.csv');
    expect(text.startsWith('\uFEFFname,price,')).toBe(true);
    expect(text.split('\r\n')).toHaveLength(rows.length + 2);
  });

  it('quotes whatever one reader or another would split or trim', async () => {
    await write([finished(0, done(' padded', 'a\nb'), ['x;y', 'x\ty', 'x|y'])]);
    const [, line] = (await readText('shoes.results.csv')).split('\r\n');
    expect(line).toBe('"x;y","x\ty","x|y"," padded","a\nb",done,,');
  });

  it('explains errors in the reader’s language and keeps the codes', async () => {
    await write(rows, { language: 'zh' });
    const [, , boot] = readCells(await readText('shoes.results.csv'));
    expect(boot?.slice(5)).toEqual([
      'failed',
      'E_ROW_NO_IMAGE',
      '该行没有图片，请在“image_url”列填写图片链接。',
    ]);
  });

  it('shows what the model said where that was of no use, and what there is of an answer that was cut', async () => {
    const bad = toFault('E_MODEL_BAD_OUTPUT', {});
    const cut = toFault('E_MODEL_ANSWER_CUT', { limit: 100 });
    const given = [
      finished(0, { status: 'failed', fault: bad, answer: '=SUM("a"), no' }, ['a', '1', 'u']),
      finished(1, { status: 'failed', fault: cut, fields: ['=Red sh…', ''] }, ['b', '2', 'u']),
    ];
    const written = await write(given);
    const [, first = [], second = []] = readCells(await readText('shoes.results.csv'));
    expect(first.slice(3, 7)).toEqual(['', '', 'failed', 'E_MODEL_BAD_OUTPUT']);
    expect(first[7]).toMatch(/^The model’s answer .* The answer begins: “=SUM\("a"\), no”$/u);
    expect(second.slice(3, 7)).toEqual(["'=Red sh…", '', 'failed', 'E_MODEL_ANSWER_CUT']);
    // Both are to do, and neither is shown as an answer.
    expect(written).toMatchObject({ unfinished: 2, samples: [] });
    await write(given, { language: 'zh' });
    const [, chinese = []] = readCells(await readText('shoes.results.csv'));
    expect(chinese[7]).toMatch(/^模型的回答.*。回答的开头是：“=SUM\("a"\), no”$/u);
  });

  it('renames its own columns where the input has them', async () => {
    const columns = ['status', 'error', 'image_url'];
    await write(rows, { table: { ...table, columns } });
    const [header] = readCells(await readText('shoes.results.csv'));
    expect(header?.slice(-3)).toEqual(['status_2', 'error_code', 'error_2']);
  });

  it('is separated by semicolons when the input was', async () => {
    await write(rows, { table: { ...table, delimiter: ';' } });
    const cells = readCells(await readText('shoes.results.csv'), ';');
    expect(cells[1]).toEqual(['Shoe', '-5', 'a.jpg', 'Red shoe', 'red\nlight', 'done', '', '']);
  });

  it('gives every cell back to a reader as it was, but for the sign of a formula', async () => {
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom('', ' ', '\n', '\r', '"', 'a,b', 'x\r\ny', '\t'),
    );
    const input = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(input, async (lines) => {
        await write(lines.map((cells, index) => finished(index, cancelled, cells)));
        for (const name of ['shoes.results.csv', 'shoes.todo.csv']) {
          const [, ...read] = readCells(await readText(name));
          const plain = read.map((cells) =>
            cells.slice(0, 3).map((text) => text.replace(/^'/u, '')),
          );
          expect(plain).toEqual(lines.map((cells) => cells.map((text) => text.replace(/^'/u, ''))));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('has the same bytes when it is written again', async () => {
    await write(rows);
    const first = await readText('shoes.results.csv');
    await write(rows);
    expect(await readText('shoes.results.csv')).toBe(first);
  });
});

describe('the to-do file', () => {
  it('holds the unfinished rows with the input’s columns only', async () => {
    const written = await write(rows);
    expect(written.unfinished).toBe(2);
    expect(written.files.map(({ name }) => name)).toEqual(['shoes.results.csv', 'shoes.todo.csv']);
    expect(readCells(await readText('shoes.todo.csv'))).toEqual([
      ['name', 'price', 'image_url'],
      ['Boot, high', '+7', ''],
      ["'=1+1", '"8"', 'c.jpg'],
    ]);
  });

  it('is not there when all rows are done, nor is one of an earlier attempt', async () => {
    await writeFile(join(directory, 'shoes.todo.csv'), 'old');
    const written = await write([finished(0, done('A', 'b'), ['Shoe', '5', 'a.jpg'])]);
    expect(written.files.map(({ name }) => name)).toEqual(['shoes.results.csv']);
    expect(await readdir(directory)).toEqual(['shoes.results.csv']);
  });

  it('keeps a row whose only cell is blank', async () => {
    const narrow = { ...table, columns: ['image_url'], imageColumns: [0] };
    await write([finished(0, noImage, [''])], { table: narrow });
    expect(await readText('shoes.todo.csv')).toBe('\uFEFFimage_url\r\n""\r\n');
  });
});

describe('what is reported', () => {
  it('are the sizes on disk and the first three answers with their row numbers', async () => {
    const many = Array.from({ length: 6 }, (_, index) =>
      finished(index, index === 1 ? cancelled : done(`T${index}`, 'x'), ['a', 'b', 'c']),
    );
    const written = await write(many);
    expect(written.samples).toEqual([
      { line: 2, fields: ['T0', 'x'] },
      { line: 4, fields: ['T2', 'x'] },
      { line: 5, fields: ['T3', 'x'] },
    ]);
    for (const file of written.files) {
      expect(file.path).toBe(join(directory, file.name));
      expect((await readFile(file.path)).byteLength).toBe(file.bytes);
    }
  });
});

describe('writing that goes wrong', () => {
  it.each([
    ['missing', [0, 2]],
    ['doubled', [0, 0]],
    ['out of order', [1, 0]],
  ])('because a row is %s leaves no file', async (_, indexes) => {
    const broken = indexes.map((index) => finished(index, cancelled, ['a', 'b', 'c']));
    await expect(write(broken)).rejects.toThrow(/was due/u);
    expect(await readdir(directory)).toEqual([]);
  });

  it('half way leaves the file of an earlier attempt as it was', async () => {
    await write(rows);
    const before = await readText('shoes.results.csv');
    const failing = async function* (): AsyncGenerator<readonly FinishedRow[]> {
      yield* inChunks(rows.slice(0, 2));
      throw new Error('Redis is away');
    };
    const input = { directory, fileName: 'shoes.csv', table, recipe, language: 'en' as const };
    await expect(writeResults({ ...input, rows: failing() })).rejects.toThrow('Redis is away');
    expect(await readText('shoes.results.csv')).toBe(before);
    expect((await readdir(directory)).toSorted()).toEqual(['shoes.results.csv', 'shoes.todo.csv']);
  });
});

describe('a large batch', () => {
  it('is asked for a chunk only when all before it was handed to the system', async () => {
    const cells = ['x'.repeat(1000), 'y'.repeat(1000), 'z'];
    const onDisk: number[] = [];
    const source = async function* (): AsyncGenerator<readonly FinishedRow[]> {
      for (let from = 0; from < 1000; from += 50) {
        yield Array.from({ length: 50 }, (_, row) => finished(from + row, done('T', 'x'), cells));
        const [name = ''] = readdirSync(directory).filter((file) => file.includes('.results.'));
        onDisk.push(statSync(join(directory, name)).size);
      }
    };
    const input = { directory, fileName: 'big.csv', table, recipe, language: 'en' as const };
    await writeResults({ ...input, rows: source() });
    expect(onDisk).toHaveLength(20);
    for (const [chunk, bytes] of onDisk.entries()) {
      expect(bytes).toBeGreaterThan((chunk + 1) * 50 * 2000);
    }
  });
});

describe('results before the end', () => {
  it('hold every row once, those that are still to come as pending, and make no to-do file', async () => {
    const given = [
      finished(0, done('Boot', 'a'), ['Boot', '1', 'u']),
      { ...finished(1, cancelled, ['Shoe', '2', 'u']), outcome: { status: 'pending' } as const },
      finished(2, noImage, ['Sock', '3', 'u']),
    ];
    const base = { directory, fileName: 'shoes.csv', table, recipe, language: 'en' as const };
    const file = await writeSoFar({ ...base, rows: inChunks(given) });
    expect(await readdir(directory)).toEqual(['shoes.so-far.csv']);
    expect(file.name).toBe('shoes.so-far.csv');
    const records = parse<Readonly<Record<string, string>>>(await readFile(file.path), {
      columns: true,
      bom: true,
    });
    expect(records.map(({ status }) => status)).toEqual(['done', 'pending', 'failed']);
    await expect(writeSoFar({ ...base, rows: inChunks(given.slice(1)) })).rejects.toThrow('Row 0');
  });

  it('say of a row that was not worked on why, where it is known', async () => {
    const fault = toFault('E_MODEL_UNAVAILABLE', { hours: 24 });
    await write([finished(0, { status: 'cancelled', fault }, ['Boot', '1', 'u'])]);
    const text = await readFile(join(directory, 'shoes.results.csv'), 'utf8');
    expect(text).toContain('cancelled,E_MODEL_UNAVAILABLE,');
    expect(text).toContain('could not be used for 24 h');
  });
});
