import { describe, expect, it } from 'vitest';
import { toDirectLinkExample } from '../../src/images/direct-link.ts';

describe('toDirectLinkExample', () => {
  it.each([
    [
      'https://drive.google.com/file/d/1AbCdEfGhIjKl/view?usp=sharing',
      'https://drive.google.com/uc?export=download&id=1AbCdEfGhIjKl',
    ],
    [
      'https://drive.google.com/open?id=1AbCdEfGhIjKl',
      'https://drive.google.com/uc?export=download&id=1AbCdEfGhIjKl',
    ],
    ['https://drive.google.com/drive/my-drive', 'https://shop.example/photo.jpg'],
    ['https://drive.google.com/open?id="><script>', 'https://shop.example/photo.jpg'],
    [
      'https://www.dropbox.com/scl/fi/x1/photo.jpg?rlkey=k1&dl=0',
      'https://www.dropbox.com/scl/fi/x1/photo.jpg?rlkey=k1&raw=1',
    ],
    ['https://shop.example/products/7', 'https://shop.example/photo.jpg'],
  ])('for %s names %s', (page, example) => {
    expect(toDirectLinkExample(new URL(page))).toBe(example);
  });
});
