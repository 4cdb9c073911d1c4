// A picture with the detail, and so the file size and the decoding work, of a photo.

import sharp from 'sharp';
import type { Size } from '../../src/batch/tokens.ts';

/** Large soft shapes under a fine grain; about as many bytes for a pixel as a camera's JPEG has. */
export async function makePhoto({ width, height }: Size): Promise<Buffer> {
  const shapes = await makeNoise(
    { width: Math.ceil(width / 40), height: Math.ceil(height / 40) },
    70,
  );
  const grain = await makeNoise({ width, height }, 9);
  return sharp(shapes)
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .composite([{ input: grain, blend: 'soft-light' }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

async function makeNoise({ width, height }: Size, sigma: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma } as const;
  return sharp({ create: { width, height, channels: 3, noise, background: '#808080' } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}
