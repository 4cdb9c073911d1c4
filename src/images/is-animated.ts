// Whether a picture has more frames than the one that the model sees.

import type { Metadata } from 'sharp';

const pngHeadBytes = 8;
/** Length, name and checksum of a PNG chunk. */
const pngChunkBytes = 12;
const headBytes = 64;

/** `bytes` are of a readable format; `header` is what sharp read of them. GIF, WebP, PNG and AVIF. */
export function isAnimated(
  bytes: Buffer,
  { format, pages = 1 }: Pick<Metadata, 'format' | 'pages'>,
): boolean {
  if (format === 'gif' || format === 'webp') return pages > 1;
  if (format === 'png') return hasAnimationChunk(bytes);
  return format === 'heif' && bytes.subarray(0, headBytes).includes('avis');
}

/** An animated PNG announces itself in a chunk of its own in front of the picture; sharp does not tell. */
function hasAnimationChunk(png: Buffer): boolean {
  let at = pngHeadBytes;
  while (at + pngChunkBytes <= png.length) {
    const name = png.toString('latin1', at + 4, at + 8);
    if (name === 'acTL') return true;
    if (name === 'IDAT') return false;
    at += png.readUInt32BE(at) + pngChunkBytes;
  }
  return false;
}
