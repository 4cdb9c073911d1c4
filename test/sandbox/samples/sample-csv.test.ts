import { parse } from 'csv-parse/sync';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startPictureHost } from '../../../src/sandbox/pictures/picture-host.ts';
import { sampleCsv, sampleNames } from '../../../src/sandbox/samples/sample-csv.ts';
import { syntheticCsv } from '../../../src/sandbox/samples/synthetic-csv.ts';

function readRows(text: string): string[][] {
  const records: unknown = parse(text, { relaxColumnCount: true });
  return z.array(z.array(z.string())).parse(records);
}

describe('a sample', () => {
  it.each([
    { name: 'products.csv', rows: 60, formula: /^[=+@]/u, ragged: 1, private: true },
    { name: '商品.csv', rows: 12, formula: /^=/u, ragged: 0, private: false },
  ] as const)('$name has rows enough, and a few bad ones', async (expected) => {
    const [header = [], ...rows] = readRows(await sampleCsv(expected.name, '127.0.0.1:8080'));
    expect(rows.length).toBeGreaterThanOrEqual(expected.rows);
    expect(rows.filter(({ length }) => length !== header.length)).toHaveLength(expected.ragged);
    const link = (row: readonly string[]): string => row[header.length - 1] ?? '';
    expect(rows.some((row) => link(row) === '')).toBe(true);
    expect(rows.some((row) => link(row).endsWith('/missing.jpg'))).toBe(true);
    expect(rows.some((row) => link(row).startsWith('http://10.'))).toBe(expected.private);
    expect(rows.some((row) => row.some((cell) => expected.formula.test(cell)))).toBe(true);
  });

  it('links to pictures that the picture host has, but for the rows that are bad on purpose', async () => {
    const host = await startPictureHost();
    onTestFinished(() => host.close());
    const texts = await Promise.all(sampleNames.map((name) => sampleCsv(name, host.host)));
    const links = texts.flatMap((text) => text.match(/http:[^\s",]+/gu) ?? []);
    expect(links.every((link) => link.startsWith(host.url) || link.startsWith('http://10.'))).toBe(
      true,
    );
    const statuses = await Promise.all(
      links
        .filter((link) => link.startsWith(`${host.url}/pictures/`))
        .map(async (link) => (await fetch(link, { method: 'HEAD' })).status),
    );
    expect(statuses.length).toBeGreaterThan(75);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

describe('a synthetic table', () => {
  it('has a text of its own in every row, and pictures that repeat', () => {
    const text = [...syntheticCsv({ rows: 1203, host: 'h:1', pictures: 10 })].join('');
    const [header = [], ...rows] = readRows(text);
    expect(rows).toHaveLength(1203);
    expect(rows.every(({ length }) => length === header.length)).toBe(true);
    expect(new Set(rows.map((row) => row[1])).size).toBe(1203);
    expect(new Set(rows.map((row) => row.at(-1))).size).toBe(10);
  });
});
