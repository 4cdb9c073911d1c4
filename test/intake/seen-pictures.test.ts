import { expect, it } from 'vitest';
import { createSeenPictures } from '../../src/intake/seen-pictures.ts';

const toSet = (i: number): string[] => [`https://shop.example/${i}.jpg`, 'b.jpg'];

it('knows every one of 50,000 picture sets again and takes no other for one of them', () => {
  const seen = createSeenPictures();
  const numbers = Array.from({ length: 50_000 }, (_, i) => i);
  expect(numbers.filter((i) => seen.add(toSet(i)))).toEqual([]);
  expect(numbers.filter((i) => !seen.add(toSet(i)))).toEqual([]);
  expect(seen.add(['b.jpg', 'https://shop.example/0.jpg'])).toBe(false);
});
