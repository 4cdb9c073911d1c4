// Bytes of unknown origin -> the JPEG that the model sees: upright, opaque, without metadata, within
// the pixel budget. Decoding is the most dangerous thing done with strangers' bytes, hence the limits.

import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import sharp, { type Metadata } from 'sharp';
import { toTargetSize, type Size } from '../batch/tokens.ts';
import type { PreparedImage } from '../batch/completion.ts';
import { toFault, type Fault } from '../errors.ts';
import { toBytesPerPixel, toDecodeCost } from './decode-cost.ts';
import { isAnimated } from './is-animated.ts';
import { createSlots } from './slots.ts';

export type DecodeImage = (
  bytes: Buffer,
  options: { readonly pixelBudget: number; readonly signal: AbortSignal },
) => Promise<PreparedImage | Fault>;

const maxPixels = 50_000_000;
/** Bytes that the pictures being decoded may take together; one that takes more is refused. */
const memoryBudget = 400_000_000;
const minSide = 8;
const maxAspect = 50;
const maxSeconds = 10;
const jpegQuality = 85;
const maxParallel = 4;

const blockedLoaders = [
  'VipsForeignLoadSvg',
  'VipsForeignLoadPdf',
  'VipsForeignLoadMagick',
  'VipsForeignLoadTiff',
];

/**
 * Sets sharp up for the whole process. At most `parallel` pictures are decoded at once, fewer where they
 * take much memory; by default one more than there are cores, so that none of them waits while results
 * are handed on.
 */
export function createDecoder(
  parallel = Math.min(maxParallel, availableParallelism() + 1),
): DecodeImage {
  sharp.block({ operation: blockedLoaders });
  sharp.cache(false);
  sharp.concurrency(1);
  // Places are bytes. Each picture takes its share at least, so that there are never more than `parallel`.
  const memory = createSlots(memoryBudget);
  const share = Math.floor(memoryBudget / parallel);
  return async (bytes, { pixelBudget, signal }) => {
    const header = await readHeader(bytes);
    if (header === undefined) return toFault('E_IMAGE_CORRUPT', {});
    const fault = judgeSize(header);
    if (fault !== undefined) return fault;
    const bytesTaken = Math.max(share, toDecodeCost(header));
    await memory.acquire(signal, bytesTaken);
    try {
      const image = await shrink(bytes, toTargetSize(header.autoOrient, pixelBudget));
      if (image === undefined) return toFault('E_IMAGE_CORRUPT', {});
      return isAnimated(bytes, header) ? { ...image, warning: 'animated' } : image;
    } finally {
      memory.release(bytesTaken);
    }
  };
}

/** undefined when there is no sound header. `autoOrient` is the size as a person sees it. */
async function readHeader(bytes: Buffer): Promise<Metadata | undefined> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch {
    return undefined;
  }
}

async function shrink(bytes: Buffer, { width, height }: Size): Promise<PreparedImage | undefined> {
  try {
    const jpeg = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'warning' })
      .autoOrient()
      .resize(width, height, { fit: 'fill' })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: jpegQuality })
      .timeout({ seconds: maxSeconds })
      .toBuffer();
    return { bytes: jpeg, hash: createHash('sha256').update(jpeg).digest('hex'), width, height };
  } catch {
    // sharp rejects with texts only, and all of them mean that these bytes give no picture.
    return undefined;
  }
}

function judgeSize(header: Metadata): Fault | undefined {
  const { width, height } = header.autoOrient;
  const limit = Math.min(maxPixels, memoryBudget / toBytesPerPixel(header));
  if (width * height > limit) {
    return toFault('E_IMAGE_TOO_MANY_PIXELS', {
      megapixels: Math.ceil((width * height) / 1_000_000),
      limit: Math.floor(limit / 1_000_000),
    });
  }
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  if (short < minSide || long > short * maxAspect) {
    return toFault('E_IMAGE_DIMENSIONS', { width, height });
  }
  return undefined;
}
