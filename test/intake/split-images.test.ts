import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitImages } from '../../src/intake/split-images.ts';

const a = 'https://shop.example/a.jpg';
const b = 'http://shop.example/b.png';

describe('a cell of an image column', () => {
  it.each([
    ['is blank', ' \n ', []],
    ['holds one link', a, [a]],
    ['C26: has white space around it', ` \t${a}\u00A0\r\n`, [a]],
    ['C26: has quotation marks around it', `"${a}"`, [a]],
    ['C26: has typographic quotation marks', `“${a}”`, [a]],
    ['C26: has angle brackets', `<${a}>`, [a]],
    ['C26: has angle brackets and a label', `<${a}|${a}>`, [a]],
    ['C26: has angle brackets and a label of words', `<${a}|the mug>`, [a]],
    ['holds links separated by commas', `${a},${b}`, [a, b]],
    ['holds links separated by commas and spaces', `${a}, ${b}, `, [a, b]],
    ['holds links separated by semicolons', `${a};${b};`, [a, b]],
    ['holds links separated by line breaks', `${a}\r\n${b}`, [a, b]],
    ['holds links separated by pipes', `${a}|${b}`, [a, b]],
    ['holds links separated by Chinese punctuation', `${a}，${b}；${a}`, [a, b]],
    ['holds a JSON list', `["${a}","${b}"]`, [a, b]],
    [
      'holds a link with commas in it',
      'https://c.example/w_3,h_4/a.jpg',
      ['https://c.example/w_3,h_4/a.jpg'],
    ],
    ['holds a link with a link in it', `https://p.example/?u=${a}`, [`https://p.example/?u=${a}`]],
    [
      'holds links with commas in them',
      `https://c.example/w_3,h_4/a.jpg,${b}`,
      ['https://c.example/w_3,h_4/a.jpg', b],
    ],
    ['holds a link that ends in a bracket', 'https://c.example/a[1]', ['https://c.example/a[1]']],
    ['is written in capitals', 'HTTPS://SHOP.EXAMPLE/A.JPG', ['HTTPS://SHOP.EXAMPLE/A.JPG']],
    ['is a file name', ' mug, blue.jpg ', ['mug, blue.jpg']],
    ['is a file name beside a link', `mug.jpg, ${a}`, ['mug.jpg', a]],
    ['has words before the link', `Front: ${a}`, [a]],
    ['is a path without a scheme', '//shop.example/a.jpg', ['//shop.example/a.jpg']],
    ['comes from Taobao', `x1f:1:0:|${a};x2f:1:1:|${b};`, [a, b]],
    ['has words after the link', `${a} front`, [`${a} front`]],
  ])('%s', (_, cell, expected) => {
    expect(splitImages(cell)).toEqual(expected);
  });

  it('gives back the links that were joined, whatever separates them', () => {
    const link = fc.webUrl({ withQueryParameters: true, withFragments: true }).filter(
      // What ends in punctuation cannot be told from punctuation that follows.
      (url) => /[\w/]$/.test(url) && !/:\d+:\d+:$/.test(url),
    );
    const separator = fc.constantFrom(',', ', ', ';', '|', '\n', ' ', ' | ', '，');
    fc.assert(
      fc.property(fc.uniqueArray(link, { minLength: 1 }), separator, (links, between) => {
        expect(splitImages(links.join(between))).toEqual(links);
      }),
    );
  });

  it('is read in linear time, also where a megabyte of separators tempts a pattern', () => {
    const blank = ' ,"'.repeat(300_000);
    expect(splitImages(`x${blank}${a}${blank}y`)).toHaveLength(1);
    expect(splitImages(blank)).toEqual([]);
  });
});
