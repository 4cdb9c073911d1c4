import { assert, constantFrom, property, tuple, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  groupPictures,
  type Grouping,
  type PictureName,
} from '../../../src/intake/bundle/group-pictures.ts';

const max = 4;

function group(paths: readonly string[]): Grouping | undefined {
  return groupPictures(paths.map(toName), max);
}

function toName(path: string): PictureName {
  const end = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(0, end)), name: path.slice(end + 1) };
}

const grouped: readonly (readonly [string, readonly string[], Grouping])[] = [
  [
    'folders with a few pictures each',
    ['p/mug/front.jpg', 'p/lamp/a.jpg', 'p/mug/back.jpg'],
    { by: 'folders', groups: [[0, 2], [1]] },
  ],
  [
    'names that differ by a number at the end, in the order of the numbers',
    ['mug-2.jpg', 'mug-1.png', 'Lamp_1.jpg', 'lamp_2.jpg', 'vase.jpg'],
    { by: 'names', groups: [[1, 0], [2, 3], [4]] },
  ],
  [
    'names that are article numbers',
    ['201205-1.jpg', '201205-2.jpg', '20994177-1.jpg', '20994177-2.jpg'],
    {
      by: 'names',
      groups: [
        [0, 1],
        [2, 3],
      ],
    },
  ],
  [
    'copies with a number in brackets beside the first one',
    ['mug (2).jpg', 'mug.jpg', 'lamp.jpg', 'lamp(3).jpg'],
    {
      by: 'names',
      groups: [
        [1, 0],
        [2, 3],
      ],
    },
  ],
];

const ungrouped: readonly (readonly [string, readonly string[]])[] = [
  ['one folder with everything', ['p/a.jpg', 'p/b.jpg', 'p/c.jpg']],
  [
    'folders of which one has too many',
    ['a/1.jpg', ...[1, 2, 3, 4, 5].map((at) => `b/x${at}.jpg`)],
  ],
  ['folders beside pictures in none', ['a/front.jpg', 'a/back.jpg', 'cover.jpg']],
  ['folders with one picture each', ['a/x.jpg', 'b/x.jpg']],
  ['a camera’s numbers', ['IMG_0001.jpg', 'IMG_0002.jpg', 'DSC_0001.jpg', 'DSC_0002.jpg']],
  ['a long series', [...Array(9).keys()].map((at) => `IMG_${at}.jpg`)],
  ['a single group', ['mug-1.jpg', 'mug-2.jpg', 'lamp.jpg']],
  [
    'a series beside two groups',
    [
      'mug-1.jpg',
      'mug-2.jpg',
      'lamp-1.jpg',
      'lamp-2.jpg',
      ...[1, 2, 3, 4, 5].map((at) => `img-${at}.jpg`),
    ],
  ],
  ['days', ['2024-05-01.jpg', '2024-05-02.jpg', '2024-06-01.jpg', '2024-06-02.jpg']],
  [
    'moments',
    [
      'photo_2024-05-01_10-22-33.jpg',
      'photo_2024-05-01_10-22-40.jpg',
      'photo_2024-05-01_10-23-05.jpg',
      'photo_2024-05-01_10-23-10.jpg',
    ],
  ],
  ['shots of a day', ['20240501_1.jpg', '20240501_2.jpg', '20240502_1.jpg', '20240502_2.jpg']],
  ['one picture in two formats', ['mug.jpg', 'mug.png', 'lamp.jpg', 'lamp.png']],
  ['nothing but a number', ['1.jpg', '2.jpg', '3.jpg', '4.jpg']],
];

describe('pictures', () => {
  it.for(grouped)('are put together: %s', ([, paths, expected]) => {
    expect(group(paths)).toEqual(expected);
  });

  it.for(ungrouped)('stay rows of their own: %s', ([, paths]) => {
    expect(group(paths)).toBeUndefined();
  });

  it('are each in one group, none of which is too large, whatever they are called', () => {
    const part = constantFrom('a', 'b', 'mug', 'img', '灯');
    const mark = constantFrom('', '-1', '_2', ' (3)', '-12', '-100', '()');
    const path = tuple(constantFrom('', 'x/', 'y/', 'x/y/'), part, mark);
    assert(
      property(uniqueArray(path.map((parts) => `${parts.join('')}.jpg`)), (paths) => {
        const found = group(paths);
        if (found === undefined) return;
        const all = found.groups.flat().toSorted((one, other) => one - other);
        expect(all).toEqual([...paths.keys()]);
        expect(Math.max(...found.groups.map(({ length }) => length))).toBeLessThanOrEqual(max);
        const first = found.groups.map((one) => Math.min(...one));
        expect(first).toEqual(first.toSorted((one, other) => one - other));
      }),
    );
  });
});
