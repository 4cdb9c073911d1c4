import { describe, expect, it } from 'vitest';
import { toBytesPerPixel, toDecodeCost } from '../../src/images/decode-cost.ts';

describe('toBytesPerPixel', () => {
  it.each([
    ['a JPEG', { format: 'jpeg', depth: 'uchar', channels: 3, isProgressive: false }, 3],
    [
      'a progressive JPEG',
      { format: 'jpeg', depth: 'uchar', channels: 3, isProgressive: true },
      7.5,
    ],
    [
      'a progressive CMYK JPEG',
      { format: 'jpeg', depth: 'uchar', channels: 4, isProgressive: true },
      10,
    ],
    ['a PNG', { format: 'png', depth: 'uchar', channels: 4, isProgressive: false }, 3],
    ['an interlaced PNG', { format: 'png', depth: 'uchar', channels: 4, isProgressive: true }, 7],
    [
      'an interlaced 16-bit PNG',
      { format: 'png', depth: 'ushort', channels: 4, isProgressive: true },
      11,
    ],
    ['a GIF', { format: 'gif', depth: 'uchar', channels: 4, isProgressive: false }, 6.5],
    ['a WebP', { format: 'webp', depth: 'uchar', channels: 3, isProgressive: false }, 5],
    ['an AVIF', { format: 'heif', depth: 'uchar', channels: 3, isProgressive: false }, 20],
    ['a 10-bit AVIF', { format: 'heif', depth: 'ushort', channels: 3, isProgressive: false }, 40],
  ] as const)('of %s', (_name, header, bytes) => {
    expect(toBytesPerPixel(header)).toBe(bytes);
  });
});

describe('toDecodeCost', () => {
  it('counts every pixel', () => {
    const header = { format: 'gif', depth: 'uchar', channels: 4, isProgressive: false } as const;
    expect(toDecodeCost({ ...header, autoOrient: { width: 1000, height: 2000 } })).toBe(13_000_000);
  });
});
