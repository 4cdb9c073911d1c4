import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMrkdwn, showCode, showText, toOneLine } from '../../src/slack/escape.ts';

const unescape = (text: string): string =>
  text
    .replaceAll('\u200B', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

describe('text of other people', () => {
  it.each([
    ['<!channel>', '&lt;!channel&gt;'],
    ['<@U1> & co', '&lt;@U1&gt; &amp; co'],
    ['&amp;', '&amp;amp;'],
    ['my_products_list.csv', 'my_products_list.csv'],
    ['2*3', '2*3'],
  ])('%s is written as %s', (text, escaped) => {
    expect(escapeMrkdwn(text)).toBe(escaped);
  });

  it.each(['*bold*', '_italic_', '~gone~', '`code`', ':tada:'])('%s has no effect', (text) => {
    const escaped = escapeMrkdwn(text);
    expect(escaped).not.toContain(text);
    expect(unescape(escaped)).toBe(text);
  });

  it('never brings a bracket, and loses nothing that can be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const escaped = escapeMrkdwn(text);
        expect(escaped).not.toMatch(/[<>]/);
        expect(escaped.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
        expect(unescape(escaped)).toBe(unescape(escapeMrkdwn(unescape(escaped))));
      }),
    );
  });

  it('is one line of the length that was asked for, without half characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, limit) => {
        const line = toOneLine(text, limit);
        expect(Array.from(line).length).toBeLessThanOrEqual(limit);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\n\r\u2028]/);
      }),
    );
    expect(showText('a\nb', 10)).toBe('a b');
  });

  it('as code ends where it should', () => {
    expect(showCode('a`b<c')).toBe("`a'b&lt;c`");
  });
});
