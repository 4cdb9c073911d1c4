import { describe, expect, it } from 'vitest';
import { buildDocument, describeMachine, showReport, showTable } from './bench-document.ts';

const machine = describeMachine();
const report = {
  table: [
    ['case', 'rows/s'],
    ['4090, 2 MP', '4.5'],
  ],
  results: [{ case: '4090, 2 MP', rows_per_s: 4.5, limit: 'gpu' }],
  notes: ['Met.'],
};

describe('the document of the benchmarks', () => {
  it('has one flat result for each case, which names its benchmark', () => {
    expect(buildDocument(machine, [{ bench: 'saturation', report }], [])).toEqual({
      machine,
      results: [{ bench: 'saturation', case: '4090, 2 MP', rows_per_s: 4.5, limit: 'gpu' }],
    });
  });

  it('says which benchmark broke off', () => {
    const failures = [{ bench: 'ingest', error: 'no Redis' }];
    expect(buildDocument(machine, [], failures)).toMatchObject({ results: [], failures });
  });

  it('can be written as JSON and read again', () => {
    const document = buildDocument(machine, [{ bench: 'saturation', report }], []);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

describe('the tables of the benchmarks', () => {
  it('are Markdown with columns in line, as wide as their widest cell', () => {
    expect(showTable(report.table)).toBe(
      ['| case       | rows/s |', '| ---------- | ------ |', '| 4090, 2 MP | 4.5    |'].join('\n'),
    );
  });

  it('stand between the name of the benchmark and how to read it', () => {
    expect(showReport({ bench: 'saturation', report })).toMatch(
      /^### saturation\n\n\|[^]*\n\nMet\.$/u,
    );
  });
});
