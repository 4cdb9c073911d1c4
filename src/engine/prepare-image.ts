// A row's picture, wherever it comes from: a link is fetched, a dropped one is read from the disk.

import type { BundledImage } from '../batch/row.ts';
import type { Fault } from '../errors.ts';
import type { ImageSource } from '../images/image-source.ts';
import { createSlots } from '../images/slots.ts';
import { readPicture } from '../intake/bundle/read-picture.ts';
import type { Spool } from './spool.ts';
import type { PrepareImage } from '../work/ports.ts';

/** Pictures read from the disk at once; each may hold 20 MB twice. Reading is quick, decoding is not. */
const maxReads = 4;

export function createPrepareImage(images: ImageSource, spool: Spool): PrepareImage {
  const reads = createSlots(maxReads);
  return async (reference, options) => {
    if (typeof reference === 'string') return images.prepare(reference, options);
    // Before the slot is taken: fetching a large file again takes its time.
    const located = await locate(reference, options, spool);
    if (typeof located !== 'string') return located;
    await reads.acquire(options.signal);
    try {
      const bytes = await read(reference, options, spool);
      return Buffer.isBuffer(bytes) ? await images.prepareBytes(bytes, options) : bytes;
    } finally {
      reads.release();
    }
  };
}

type Options = Parameters<PrepareImage>[1];

function locate(
  { file }: BundledImage,
  { batch, signal }: Options,
  spool: Spool,
): Promise<string | Fault> {
  return spool.locate(batch, file, signal);
}

/** A file that was swept away since it was found is fetched once more. */
async function read(image: BundledImage, options: Options, spool: Spool): Promise<Buffer | Fault> {
  const path = await locate(image, options, spool);
  if (typeof path !== 'string') return path;
  try {
    return await readPicture(path, image);
  } catch (error) {
    if (!isGone(error)) throw error;
    const again = await locate(image, options, spool);
    return typeof again === 'string' ? readPicture(again, image) : again;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
