import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnswer, toResponseSchema } from '../../src/batch/answer.ts';
import type { OutputColumn } from '../../src/batch/recipe.ts';

const outputs: readonly OutputColumn[] = [
  { name: 'title', header: 'title_2', list: false },
  { name: 'tags', header: 'tags', list: true },
];
const bad = { code: 'E_MODEL_BAD_OUTPUT', params: {} };

describe('the response schema', () => {
  it('asks for exactly the output columns, under their names and not their headers', () => {
    const isValid = new Ajv().compile(toResponseSchema(outputs));
    expect(isValid({ title: 'Backpack', tags: ['blue'] })).toBe(true);
    expect(isValid({ title: 'Backpack' })).toBe(false);
    expect(isValid({ title: 'Backpack', tags: [] })).toBe(false);
    expect(isValid({ title: 'Backpack', tags: ['blue'], price: '9' })).toBe(false);
  });

  it('uses no keyword that the server refuses or is slow with', () => {
    const keywords = JSON.stringify(toResponseSchema(outputs));
    expect(keywords).not.toMatch(/maxLength|minLength|pattern|format|uniqueItems|\$ref/);
  });

  it('keeps a column called __proto__ an ordinary one', () => {
    const odd = [{ name: '__proto__', header: '__proto__', list: false }];
    expect(Object.keys(toResponseSchema(odd).properties)).toEqual(['__proto__']);
    expect(parseAnswer('{"__proto__": "x"}', odd)).toEqual(['x']);
    expect(parseAnswer('{}', [{ name: 'toString', header: 'toString', list: false }])).toEqual(bad);
  });
});

describe('parsing an answer', () => {
  it('gives one cell a column, a list one item a line', () => {
    const answer = '{"tags": ["blue", "light\\nweight", " ", "- dry"], "title": " Backpack "}';
    expect(parseAnswer(answer, outputs)).toEqual(['Backpack', 'blue\nlight weight\ndry']);
  });

  it('finds JSON inside a fence', () => {
    const answer = '```json\n{"title": "A", "tags": ["b"]}\n```\n';
    expect(parseAnswer(answer, outputs)).toEqual(['A', 'b']);
  });

  it('takes out characters that cannot be seen', () => {
    const content = JSON.stringify({ title: 'A\u0000\u202Eb\u200B', tags: ['x\u{E0041}'] });
    expect(parseAnswer(content, outputs)).toEqual(['Ab', 'x']);
  });

  it('cuts a text that no spreadsheet cell can hold', () => {
    const content = JSON.stringify({ title: '字'.repeat(40_000), tags: ['x'] });
    const cells = parseAnswer(content, outputs);
    expect(Array.isArray(cells) && cells[0]).toHaveLength(32_767);
  });

  it.each([
    ['prose', 'The picture shows a backpack.'],
    ['nothing', ''],
    ['cut JSON', '{"title": "Back'],
    ['a list', '[{"title": "A", "tags": ["b"]}]'],
    ['null', 'null'],
    ['a missing column', '{"title": "A"}'],
    ['a text for a list', '{"title": "A", "tags": "b"}'],
    ['a list for a text', '{"title": ["A"], "tags": ["b"]}'],
    ['a number for a text', '{"title": 5, "tags": ["b"]}'],
    ['an empty list', '{"title": "A", "tags": []}'],
    ['a list with other things', '{"title": "A", "tags": ["b", 1]}'],
  ])('refuses %s', (_, content) => {
    expect(parseAnswer(content, outputs)).toEqual(bad);
  });

  it('never throws, and gives as many cells as columns', () => {
    const content = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(content, (text) => {
        const cells = parseAnswer(text, outputs);
        const shape = Array.isArray(cells) ? cells.length : cells;
        expect([outputs.length, bad]).toContainEqual(shape);
      }),
    );
  });
});
