import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToBytes, stripHidden } from '../../src/batch/clean-text.ts';

describe('stripping hidden characters', () => {
  it.each([
    ['control characters', 'a\u0000b\u001Bc\u0085', 'abc\n'],
    ['zero-width and directional signs', 'a\u200Bb\u202Ec\u2066d\uFEFF', 'abcd'],
    ['tag characters', 'a\u{E0068}\u{E0069}', 'a'],
    ['a joiner between letters', 'a\u200Db', 'ab'],
    ['lone surrogates', 'a\uD800b', 'a\uFFFDb'],
  ])('takes out %s', (_, text, expected) => {
    expect(stripHidden(text)).toBe(expected);
  });

  it('keeps tabs, line feeds, Chinese text and joined emoji', () => {
    const text = 'a\tb\n防水 👩‍🔧 ❤️ é';
    expect(stripHidden(text)).toBe(text);
  });

  it('brings all line ends to one', () => {
    expect(stripHidden('a\r\nb\rc\u2028d')).toBe('a\nb\nc\nd');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(stripHidden(stripHidden(text))).toBe(stripHidden(text));
      }),
    );
  });
});

describe('cutting to bytes', () => {
  it('marks a cut, leaves short texts alone and never splits a character', () => {
    expect(cutToBytes('防水背包', 12)).toBe('防水背包');
    expect(cutToBytes('防水背包', 11)).toBe('防水…');
    expect(cutToBytes('ab😀cd', 6, '')).toBe('ab😀');
    expect(cutToBytes('ab😀cd', 5, '')).toBe('ab');
  });
});
