import { expect, it } from 'vitest';
import { isTableFile } from '../../src/intake/is-table-file.ts';

it.each([
  ['products.csv', undefined, true],
  ['PRODUCTS.CSV ', 'text/plain', true],
  ['a.tsv', 'application/octet-stream', true],
  ['export', 'text/csv', true],
  ['export', 'text/csv; charset=utf-8', true],
  ['notes.txt', 'text/plain', false],
  ['a.csv.zip', 'application/zip', false],
  ['csv', undefined, false],
  ['a.xlsx', 'text/csvx', false],
])('takes %s of type %s for a table: %s', (name, mimetype, expected) => {
  expect(isTableFile(name, mimetype)).toBe(expected);
});
