import { describe, expect, it } from 'vitest';
import { errorRegistry, fail, sentenceOf, toFault, UserError } from '../src/errors.ts';

const places = (sentence: string): string[] =>
  [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').toSorted();

describe('the registry of error codes', () => {
  it.each(Object.entries(errorRegistry))(
    '%s has a whole sentence in both languages',
    (code, text) => {
      expect(code).toMatch(/^E_[A-Z][A-Z0-9_]*[A-Z0-9]$/);
      expect(new Set(places(text.zh))).toEqual(new Set(places(text.en)));
      expect(text.en).toMatch(/^[A-Z{"“\d].*[.?!}]$/s);
      expect(text.zh).toMatch(/\p{Script=Han}/u);
      expect(text.zh).toMatch(/[。？！}]$/);
    },
  );
});

describe('a fault', () => {
  it('is told with what is known about it, and nothing in it is filled in twice', () => {
    const fault = toFault('E_ROW_NO_IMAGE', { column: 'image {column}' });
    expect(sentenceOf(fault, 'en')).toContain('"image {column}"');
    expect(sentenceOf(fault, 'zh')).toContain('“image {column}”');
  });

  it('is told with large amounts grouped, and row numbers as a spreadsheet shows them', () => {
    const fault = toFault('E_CSV_RAGGED', { count: 12_000, rows: 20_000, line: 10_417 });
    expect(sentenceOf(fault, 'en')).toContain('12,000 of 20,000 rows');
    expect(sentenceOf(fault, 'zh')).toContain('20,000 行中有 12,000 行');
    expect(sentenceOf(fault, 'en')).toContain('row 10417');
  });

  it('thrown is an error that carries it and its cause', () => {
    const cause = new Error('inner');
    const thrown = (): never => fail('E_FILE_GONE', {}, { cause });
    expect(thrown).toThrow(UserError);
    expect(thrown).toThrow(sentenceOf(toFault('E_FILE_GONE', {}), 'en'));
  });
});
