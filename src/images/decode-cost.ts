// What a picture takes in memory while it is decoded. A file of two kilobytes may hold 50 megapixels, and
// some formats must be held as a whole, several times over; measured with sharp 0.35 on pictures of 24
// and 49 megapixels, and rounded up.

import type { Metadata } from 'sharp';

type Header = Pick<Metadata, 'autoOrient' | 'format' | 'depth' | 'channels' | 'isProgressive'>;

/** Rows come one after the other, so that only some of them and the result are held. */
const bytesInRows = 3;

export function toBytesPerPixel(header: Omit<Header, 'autoOrient'>): number {
  const { format, depth, channels, isProgressive } = header;
  const sampleBytes = depth === 'uchar' ? 1 : 2;
  if (format === 'heif') return 20 * sampleBytes;
  if (format === 'gif') return 6.5;
  if (format === 'webp') return 5;
  if (!isProgressive) return bytesInRows;
  return format === 'jpeg' ? 2.5 * channels : bytesInRows + sampleBytes * channels;
}

/** In bytes. */
export function toDecodeCost(header: Header): number {
  const { width, height } = header.autoOrient;
  return width * height * toBytesPerPixel(header);
}
