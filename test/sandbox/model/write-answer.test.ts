import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonSchema } from '../../../src/sandbox/model/json-schema.ts';
import { toMark, writeAnswer } from '../../../src/sandbox/model/write-answer.ts';

const mug = { width: 640, height: 480, color: '#c03020' };
const sight = { pictures: [mug], rowText: 'Name: mug' };

describe('the mark of an answer', () => {
  it('names the picture, the text and the hash of the text', () => {
    const hash = createHash('sha256').update('Name: mug').digest('hex').slice(0, 8);
    expect(toMark(sight)).toBe(`simulated · 640x480 #c03020 · Name: mug · ${hash}`);
  });

  it('names every picture in order', () => {
    const tall = { width: 30, height: 90, color: '#ffffff' };
    expect(toMark({ ...sight, pictures: [tall, mug] })).toContain(
      '30x90 #ffffff + 640x480 #c03020',
    );
    expect(toMark({ ...sight, pictures: [] })).toContain('no picture');
  });

  it('tells texts apart that differ only after the quoted part', () => {
    const start = 'x'.repeat(40);
    const [one, two] = ['1', '2'].map((end) => toMark({ ...sight, rowText: start + end }));
    expect(one).toContain(start);
    expect(one).not.toBe(two);
    expect(one?.slice(0, -8)).toBe(two?.slice(0, -8));
  });

  it('stands in one line and cuts no character in half', () => {
    const mark = toMark({ ...sight, rowText: `a\nb${'🫖'.repeat(60)}` });
    expect(mark).toContain(` · a b${'🫖'.repeat(37)} · `);
    expect(mark.isWellFormed()).toBe(true);
  });
});

describe('an answer', () => {
  it('holds the mark in every text of the schema', () => {
    const schema = parseJsonSchema({
      type: 'object',
      properties: {
        title: { type: 'string' },
        points: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 8 },
        price: { type: 'number', minimum: 2.5 },
        size: { enum: ['S', 'M'] },
        note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        ok: { type: 'boolean' },
      },
    });
    const mark = toMark(sight);
    expect(JSON.parse(writeAnswer({ kind: 'schema', schema }, sight))).toEqual({
      title: mark,
      points: [`${mark} (1)`, `${mark} (2)`, `${mark} (3)`],
      price: 3,
      size: 'S',
      note: mark,
      ok: true,
    });
  });

  it('keeps to the lengths of lists and texts', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.nat(20),
        fc.string({ unit: 'grapheme' }),
        (least, more, rowText) => {
          const schema = parseJsonSchema({
            type: 'array',
            items: { type: 'string', maxLength: 30 },
            minItems: least,
            maxItems: least + more,
          });
          const answer: unknown = JSON.parse(
            writeAnswer({ kind: 'schema', schema }, { pictures: [mug], rowText }),
          );
          if (!Array.isArray(answer)) throw new Error('no list');
          expect(answer.length).toBeGreaterThanOrEqual(least);
          expect(answer.length).toBeLessThanOrEqual(least + more);
          for (const item of answer)
            expect(Array.from(String(item)).length).toBeLessThanOrEqual(30);
        },
      ),
    );
  });

  it('is JSON without a schema, plain text without a form, and one of the choices', () => {
    expect(JSON.parse(writeAnswer({ kind: 'object' }, sight))).toEqual({ answer: toMark(sight) });
    expect(writeAnswer({ kind: 'text' }, sight)).toBe(toMark(sight));
    expect(writeAnswer({ kind: 'choice', choices: ['yes', 'no'] }, sight)).toBe('yes');
  });
});

describe('a schema', () => {
  it.each([
    { type: 'string', pattern: '^a' },
    { type: 'array', items: { type: 'string' }, uniqueItems: true },
    { type: 'object', patternProperties: {} },
    { type: 'text' },
    'title',
  ])('is refused with features that guided decoding lacks: %j', (schema) => {
    expect(() => parseJsonSchema(schema)).toThrow(/not supported by xgrammar/);
  });
});
