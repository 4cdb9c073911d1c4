// Writes a table file, opens it and reads it to its end, for tests.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../src/batch/row.ts';
import type { Table, TableSummary } from '../../src/batch/table.ts';
import { type Fault, UserError } from '../../src/errors.ts';
import { type OpenOptions, openTable } from '../../src/intake/open-table.ts';

export interface ReadTable {
  readonly table: Table;
  readonly chunks: readonly (readonly Row[])[];
  readonly rows: readonly Row[];
  readonly summary: TableSummary;
}

type Content = string | Buffer;

const defaults: OpenOptions = { name: 'products.csv', maxRows: 20_000, maxImagesPerRow: 4 };

/** Runs `use` with a file of that content in a folder of its own, which is removed afterwards. */
export async function withFile<T>(content: Content, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'intake-'));
  try {
    const path = join(folder, 'table');
    await writeFile(path, content);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function readTable(
  content: Content,
  options: Partial<OpenOptions> = {},
): Promise<ReadTable> {
  return withFile(content, async (path) => {
    const reader = await openTable(path, { ...defaults, ...options });
    const chunks = await collect(reader.chunks());
    return { table: reader.table, chunks, rows: chunks.flat(), summary: reader.summary() };
  });
}

/** The fault that refuses the file, and whether opening already found it; fails if it is not refused. */
export async function refusalOf(
  content: Content,
  options: Partial<OpenOptions> = {},
): Promise<Fault & { readonly early: boolean }> {
  return withFile(content, async (path) => {
    let early = true;
    try {
      const reader = await openTable(path, { ...defaults, ...options });
      early = false;
      await collect(reader.chunks());
    } catch (thrown) {
      if (thrown instanceof UserError) return { ...thrown.fault, early };
      throw thrown;
    }
    throw new Error('The table was accepted.');
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
