import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../src/batch/answer.ts';
import type { OutputColumn } from '../../src/batch/recipe.ts';
import { parseCutAnswer, toAnswerHead } from '../../src/batch/spoilt-answer.ts';

const outputs: readonly OutputColumn[] = [
  { name: 'title', header: 'title_2', list: false },
  { name: 'tags', header: 'tags', list: true },
];

describe('the beginning of an answer', () => {
  it('is one line of at most 200 characters without any that cannot be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const head = toAnswerHead(text);
        expect(head.length).toBeLessThanOrEqual(200);
        expect(head).not.toMatch(/[\p{Cc}\u2028\u2029\u202E]/u);
        expect(head.isWellFormed()).toBe(true);
      }),
    );
    expect(toAnswerHead(' I am\r\n\tsorry,\u0000 I\u202E cannot. ')).toBe('I am sorry, I cannot.');
  });

  it('says that there was more, and cuts no character in two', () => {
    expect(toAnswerHead('字'.repeat(200))).toBe('字'.repeat(200));
    expect(toAnswerHead('字'.repeat(201))).toBe(`${'字'.repeat(199)}…`);
    expect(toAnswerHead(`${'x'.repeat(198)}🙂y`)).toBe(`${'x'.repeat(198)}…`);
    expect(toAnswerHead(`ok${' '.repeat(9000)}then`)).toBe('ok…');
  });

  it('is nothing where nothing was said', () => {
    expect(toAnswerHead(' \n\u200B ')).toBe('');
  });
});

describe('an answer that was cut off', () => {
  it.each([
    ['in its first text', '{"title": "Red sh', ['Red sh…', '']],
    ['behind a text', '{"title": "Red shoe", "ta', ['Red shoe', '']],
    ['in a list', '{"title": "Red shoe", "tags": ["light", "dr', ['Red shoe', 'light\ndr…']],
    ['between two items', '{"tags": ["light", ', ['', 'light']],
    ['in a key behind a list', '{"tags": ["light"], "ti', ['', 'light']],
    ['in a key behind nothing', '{"title": "", "tags": ["light"], "x": "", "ti', ['', 'light']],
    ['in an escape', '{"title": "Red\\u00', ['Red…', '']],
    ['behind half a character', '{"title": "Red \\ud83d', ['Red …', '']],
    ['behind an escaped quote', '{"title": "the \\"big\\"', ['the "big"…', '']],
    ['inside a fence', '```json\n{"title": "Red shoe", "tags": ["a', ['Red shoe', 'a…']],
    [
      'in what names another column',
      '{"title": "is \\"tags\\": [\\"x\\"',
      ['is "tags": ["x"…', ''],
    ],
  ])('%s keeps the cells that were said', (_, content, cells) => {
    expect(parseCutAnswer(content, outputs)).toEqual(cells);
  });

  it.each([
    ['nothing', ''],
    ['a key alone', '{"title": "'],
    ['prose', 'The picture shows a "red" shoe with'],
    ['other keys', '{"name": "Red shoe", "colours": ["red"'],
    ['blanks', `{${'\n'.repeat(100_000)}`],
    ['backslashes', `{"title": "${'\\'.repeat(100_001)}`],
    ['quotes', '"'.repeat(100_001)],
  ])('has no cells in %s', (_, content) => {
    const cells = parseCutAnswer(content, outputs)?.map((cell) => cell.replaceAll(/[\\…]/gu, ''));
    expect(cells?.join('') ?? '').toBe('');
  });

  it('at any place gives beginnings of the whole cells', () => {
    const text = fc.string({ unit: 'grapheme' });
    const answers = fc.record({
      title: text,
      tags: fc.array(text, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(answers, fc.nat(), (answer, at) => {
        const json = JSON.stringify(answer);
        const whole = parseAnswer(json, outputs);
        const cut = parseCutAnswer(json.slice(0, at % json.length), outputs) ?? ['', ''];
        for (const [column, cell] of (Array.isArray(whole) ? whole : []).entries()) {
          const squeezed = (cut[column] ?? '').replace(/…$/u, '').replaceAll(/\s/gu, '');
          expect(cell.replaceAll(/\s/gu, '').startsWith(squeezed)).toBe(true);
        }
      }),
    );
  });

  it('never throws', () => {
    const pieces = fc.constantFrom(
      '"',
      '\\',
      ':',
      ',',
      '[',
      '{',
      'title',
      'tags',
      '\\u12',
      '\n',
      'x',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const cells = parseCutAnswer(parts.join(''), outputs);
        expect([undefined, outputs.length]).toContain(cells?.length);
      }),
    );
  });
});
