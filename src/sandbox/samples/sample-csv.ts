// The sample tables that ship with the sandbox. Their links name a placeholder host; a few rows are bad
// on purpose.

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export const sampleNames = ['products.csv', '商品.csv'] as const;
export type SampleName = (typeof sampleNames)[number];

const placeholder = 'pictures.example';

/** The sample as UTF-8 text, with links to `host` (such as 127.0.0.1:8080). */
export async function sampleCsv(name: SampleName, host: string): Promise<string> {
  const text = await readFile(join(import.meta.dirname, name), 'utf8');
  return text.replaceAll(placeholder, host);
}

/** The sample that a path leads to, if it is one. */
export function toSampleName(path: string): SampleName | undefined {
  return sampleNames.find((name) => join(import.meta.dirname, name) === resolve(path));
}
