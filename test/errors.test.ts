import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorRegistry, fail, sentenceOf, toFault, UserError } from '../src/errors.ts';

const places = (sentence: string): string[] =>
  [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').toSorted();

/** The text of every source below that folder, without the registry's own. */
function readSources(folder: string): string {
  const root = join(import.meta.dirname, '..', folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/^errors\b/.test(name))
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n');
}

function codesIn(text: string, pattern: RegExp): ReadonlySet<string> {
  return new Set([...text.matchAll(pattern)].map(([, code = '']) => code));
}

function missing(from: Iterable<string>, known: ReadonlySet<string>): readonly string[] {
  return [...from].filter((code) => !known.has(code));
}

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

it('what another version has stored and this one does not know is told by its code', () => {
  const stored = '{"code":"E_FROM_TOMORROW","params":{}}';
  expect(sentenceOf(JSON.parse(stored), 'en')).toBe('E_FROM_TOMORROW');
});

describe('the codes in the sources', () => {
  const registered = Object.keys(errorRegistry);
  const sources = readSources('src');

  it('are all registered', () => {
    const named = codesIn(sources, /['"`](E_[A-Z0-9_]+)['"`]/g);
    expect(named.size).toBeGreaterThan(100);
    expect(missing(named, new Set(registered))).toEqual([]);
  });

  it('are all those that are registered, each made somewhere into a fault', () => {
    // As the first argument, or in a table of codes by their reason; not where a code is only asked for.
    const made = /(?:\b(?:fail|toFault)\(\s*|^\s+\w+: )'(E_[A-Z0-9_]+)'/gm;
    expect(missing(registered, codesIn(sources, made))).toEqual([]);
  });

  it('are each expected by a test', () => {
    const expected = codesIn(readSources('test'), /['"`](E_[A-Z0-9_]+)['"`]/g);
    expect(missing(registered, expected)).toEqual([]);
  });
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
