import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSafeCell, toSafeInputCell } from '../../src/results/safe-cell.ts';

describe('a cell that a spreadsheet would calculate', () => {
  it.each([
    '=1+1',
    '=HYPERLINK("https://evil.example","x")',
    '+cmd',
    '-2+3',
    '@SUM(A1)',
    ' =1',
    '\t=1',
    '\r\n=1',
    '\uFEFF=1',
    ';=1',
    '",=1',
    '＝1+1',
    '＠x',
    '+86 138 0000 0000',
  ])('%j gets a sign in front', (cell) => {
    expect(toSafeCell(cell)).toBe(`'${cell}`);
    expect(toSafeInputCell(cell)).toBe(`'${cell}`);
  });

  it('is made safe once, however often it comes round', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (cell) => {
        expect(toSafeCell(toSafeCell(cell))).toBe(toSafeCell(cell));
      }),
    );
  });

  it('never starts with a formula’s sign, whatever it holds', () => {
    const start = fc.constantFrom('=', '+', '-', '@', ' ', '\t', '\n', ';', '"', '＝', '\u200B');
    fc.assert(
      fc.property(fc.array(start), fc.string({ unit: 'binary' }), (starts, rest) => {
        const seen = toSafeCell(starts.join('') + rest).replace(/^[\s\p{Cc}\p{Cf};,|"]+/u, '');
        expect(seen).not.toMatch(/^[=+\-@＝＋－＠]/u);
      }),
    );
  });
});

describe('a cell of the input', () => {
  it.each(['-5', '+5', '-5.25', '-1,5', '-1.234,50', '-6.90E+12', '-5%', '-', '5', ''])(
    '%j stays a number as it is',
    (cell) => {
      expect(toSafeInputCell(cell)).toBe(cell);
    },
  );

  it.each(['-5+2', '+1-1', '-5=', '--1', '+'])('%j is no plain number', (cell) => {
    expect(toSafeInputCell(cell)).toBe(`'${cell}`);
  });

  it('is untouched when it holds ordinary text', () => {
    for (const cell of ['Canvas shoe', 'a=b', '防水', 'x\n=1', '  padded  ', "'=1+1"]) {
      expect(toSafeInputCell(cell)).toBe(cell);
    }
  });
});
