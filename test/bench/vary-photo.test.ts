import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../src/images/decode-image.ts';
import { makePhoto } from './make-photo.ts';
import { photoVariants, varyPhoto } from './vary-photo.ts';

const number = fc.integer({ min: 0, max: photoVariants - 1 });

describe('the photos made out of one', () => {
  it('have bytes of their own, as many as the first', async () => {
    const photo = await makePhoto({ width: 64, height: 64 });
    fc.assert(
      fc.property(number, number, (one, other) => {
        const [first, second] = [varyPhoto(photo, one), varyPhoto(photo, other)];
        expect(first.equals(second)).toBe(one === other);
        expect(first.length).toBe(photo.length);
      }),
    );
  });

  it('are different pictures to Darkroom and to the model server, also where the decoder shrinks them', async () => {
    const photo = await makePhoto({ width: 1200, height: 900 });
    const decode = createDecoder();
    const { signal } = new AbortController();
    const hashes = new Set<string>();
    // Neighbours, and those that differ in one value of the table each.
    const numbers = [...Array.from({ length: 40 }, (_, index) => index), 4 ** 5, 4 ** 8, 4 ** 9];
    for (const each of numbers) {
      const image = await decode(varyPhoto(photo, each), { pixelBudget: 262_144, signal });
      if ('code' in image) throw new Error(image.code);
      hashes.add(image.hash);
    }
    expect(hashes.size).toBe(numbers.length);
  });

  it('need a JPEG', async () => {
    const png = await sharp(await makePhoto({ width: 64, height: 64 }))
      .png()
      .toBuffer();
    expect(() => varyPhoto(png, 1)).toThrow('no quantization table');
  });
});
