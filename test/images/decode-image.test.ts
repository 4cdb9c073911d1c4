import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { PreparedImage } from '../../src/batch/completion.ts';
import { createDecoder } from '../../src/images/decode-image.ts';
import {
  claimAvifSize,
  claimSize,
  distanceOf,
  makeAnimatedPng,
  makeAnimation,
  makeJpeg,
  makeNoise,
  makePng,
  makeTurned,
  padJpeg,
  readCorner,
  readMiddle,
} from './pictures.ts';

const decode = createDecoder();
const never = new AbortController().signal;
const megapixel = 1_048_576;

async function prepare(bytes: Buffer, pixelBudget = megapixel): Promise<PreparedImage> {
  const result = await decode(bytes, { pixelBudget, signal: never });
  if ('code' in result) throw new Error(result.code);
  return result;
}

async function codeOf(bytes: Buffer): Promise<string> {
  const result = await decode(bytes, { pixelBudget: megapixel, signal: never });
  return 'code' in result ? result.code : 'accepted';
}

const rough = 30;

describe('createDecoder', () => {
  it('shrinks a large photo to the budget, sides in multiples of 32', async () => {
    const image = await prepare(await makeJpeg(4000, 3000));
    expect(image).toMatchObject({ width: 1152, height: 864 });
    expect(await sharp(image.bytes).metadata()).toMatchObject({
      format: 'jpeg',
      width: 1152,
      height: 864,
      space: 'srgb',
    });
  });

  it('gives the sha256 of the bytes, the same for the same picture', async () => {
    const photo = await makeJpeg();
    const image = await prepare(photo);
    expect(image.hash).toBe(createHash('sha256').update(image.bytes).digest('hex'));
    expect((await prepare(photo)).hash).toBe(image.hash);
  });

  it('turns a photo upright and drops its metadata', async () => {
    const image = await prepare(await makeTurned());
    expect(image.height).toBeGreaterThan(image.width);
    expect(distanceOf(await readCorner(image.bytes), [255, 0, 0])).toBeLessThan(rough);
    const { exif, icc, xmp, orientation } = await sharp(image.bytes).metadata();
    expect({ exif, icc, xmp, orientation }).toEqual({});
  });

  it('puts a transparent picture on white', async () => {
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    const png = await sharp({ create: { width: 64, height: 64, channels: 4, background: clear } })
      .png()
      .toBuffer();
    expect(distanceOf(await readMiddle((await prepare(png)).bytes), [255, 255, 255])).toBeLessThan(
      rough,
    );
  });

  it.each(['gif', 'webp'] as const)('takes the first frame of an animated %s', async (format) => {
    const image = await prepare(await makeAnimation(format));
    expect(image).toMatchObject({ width: 64, height: 64, warning: 'animated' });
    expect(distanceOf(await readMiddle(image.bytes), [0, 255, 0])).toBeLessThan(rough);
  });

  it('warns of an animated png, and of no picture that stands still', async () => {
    expect((await prepare(await makeAnimatedPng())).warning).toBe('animated');
    const still = sharp(await makePng(64, 64));
    const pictures = [
      await makeJpeg(),
      await makePng(),
      await still.gif().toBuffer(),
      await still.webp().toBuffer(),
      await still.avif({ effort: 0 }).toBuffer(),
    ];
    for (const picture of pictures) expect(await prepare(picture)).not.toHaveProperty('warning');
  });

  it.each<[string, () => Promise<Buffer>]>([
    [
      'webp',
      async () =>
        sharp(await makePng())
          .webp()
          .toBuffer(),
    ],
    [
      'avif',
      async () =>
        sharp(await makePng(64, 64))
          .avif({ effort: 0 })
          .toBuffer(),
    ],
    [
      'CMYK jpeg',
      async () =>
        sharp(await makePng())
          .toColourspace('cmyk')
          .jpeg()
          .toBuffer(),
    ],
    [
      '16-bit png',
      async () =>
        sharp(await makePng())
          .toColourspace('rgb16')
          .png()
          .toBuffer(),
    ],
    [
      'palette png',
      async () =>
        sharp(await makePng())
          .png({ palette: true })
          .toBuffer(),
    ],
    [
      'progressive jpeg',
      async () =>
        sharp(await makePng())
          .jpeg({ progressive: true })
          .toBuffer(),
    ],
  ])('reads a %s in its colours', async (_name, make) => {
    const image = await prepare(await make());
    expect(distanceOf(await readMiddle(image.bytes), [230, 120, 20])).toBeLessThan(rough);
  });

  it('reads gray with an alpha channel', async () => {
    const gray = await sharp(await makePng())
      .ensureAlpha()
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect((await sharp(gray).metadata()).channels).toBe(2);
    expect((await sharp((await prepare(gray)).bytes).metadata()).channels).toBe(3);
  });

  it.each<[string, Buffer]>([
    ['a web page', Buffer.from('<html><script>alert(1)</script></html>')],
    ['an archive', Buffer.from('PK\u0003\u0004 and more of an archive')],
  ])('re-encodes a picture with %s behind it', async (_name, tail) => {
    for (const picture of [await makeAnimation('gif'), await makeJpeg()]) {
      const image = await prepare(Buffer.concat([picture, tail]));
      expect(image.bytes.includes(tail)).toBe(false);
    }
  });

  it('reads past ten megabytes of comments and leaves them behind', async () => {
    const image = await prepare(padJpeg(await makeJpeg(), 10_000_000));
    expect(image.bytes.length).toBeLessThan(100_000);
  });

  it('refuses a truncated photo', async () => {
    const photo = await makeNoise(400, 300);
    expect(await codeOf(photo.subarray(0, photo.length / 2))).toBe('E_IMAGE_CORRUPT');
    expect(await codeOf(photo.subarray(0, 30))).toBe('E_IMAGE_CORRUPT');
  });

  it('refuses a picture whose header lies about its size', async () => {
    expect(await codeOf(await claimSize(3000, 3000))).toBe('E_IMAGE_CORRUPT');
  });

  it('refuses too many pixels by the header alone', async () => {
    expect(
      await decode(await claimSize(20_000, 20_000), { pixelBudget: megapixel, signal: never }),
    ).toEqual({ code: 'E_IMAGE_TOO_MANY_PIXELS', params: { megapixels: 400, limit: 50 } });
  });

  it('refuses fewer pixels of an AVIF, which takes much more memory to decode', async () => {
    expect(
      await decode(await claimAvifSize(5000, 4100), { pixelBudget: megapixel, signal: never }),
    ).toEqual({ code: 'E_IMAGE_TOO_MANY_PIXELS', params: { megapixels: 21, limit: 20 } });
  });

  it.each([
    [1, 1],
    [7, 400],
    [400, 7],
    [8, 401],
    [20_000, 10],
  ])('refuses %i×%i pixels as too small or too narrow', async (width, height) => {
    expect(await codeOf(await makePng(width, height))).toBe('E_IMAGE_DIMENSIONS');
  });

  it.each([
    [8, 8],
    [8, 400],
  ])('accepts %i×%i pixels', async (width, height) => {
    expect(await codeOf(await makePng(width, height))).toBe('accepted');
  });

  it('does not decode what sharp could but nobody needs', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>');
    expect(await codeOf(svg)).toBe('E_IMAGE_CORRUPT');
    expect(
      await codeOf(
        await sharp(await makePng())
          .tiff()
          .toBuffer(),
      ),
    ).toBe('E_IMAGE_CORRUPT');
  });

  it('rejects with the signal’s reason while it waits for its turn', async () => {
    const narrow = createDecoder(1);
    const controller = new AbortController();
    const first = narrow(await makeJpeg(2000, 2000), { pixelBudget: megapixel, signal: never });
    const second = narrow(await makeJpeg(), { pixelBudget: megapixel, signal: controller.signal });
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect(await first).toMatchObject({ width: 1024, height: 1024 });
  });

  it('answers any damage with a picture or a fault', { timeout: 60_000 }, async () => {
    const photo = await makeNoise(96, 64);
    const damage = fc.array(fc.tuple(fc.nat(photo.length - 1), fc.nat(255)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(photo.length), async (changes, length) => {
        const bytes = Buffer.from(photo.subarray(0, length));
        for (const [at, value] of changes) bytes[at] = value;
        expect([
          'accepted',
          'E_IMAGE_CORRUPT',
          'E_IMAGE_DIMENSIONS',
          'E_IMAGE_TOO_MANY_PIXELS',
        ]).toContain(await codeOf(bytes));
      }),
      { numRuns: 60 },
    );
  });
});
