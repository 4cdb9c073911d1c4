import { expect, it } from 'vitest';
import { isTableName } from '../../src/batch/table-name.ts';

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
  expect(isTableName(name, mimetype)).toBe(expected);
});
