// Reads pictures out of requests as vLLM does: really decoded, and remembered by uuid or content.

import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { ApiError, toBadRequest } from './api-error.ts';
import type { ImagePart } from './chat-request.ts';
import { toDominantColor } from './dominant-color.ts';
import { fetchLink, isLink, toFetchError } from './fetch-link.ts';
import type { PictureFormat } from './prompt-part.ts';
import type { SeenPicture } from './write-answer.ts';

const maxPixels = 178_956_970;
const maxAspectRatio = 200;
const rememberedPictures = 4096;
const readableFormats = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif']);

export interface ReadPicture extends SeenPicture {
  /** Hex; of the decoded bytes that came with the request, or were remembered for its uuid. */
  readonly sha256: string;
  /** What the caches know it by: its uuid, or else its sha256. */
  readonly key: string;
  readonly format: PictureFormat;
}

type DecodedPicture = Omit<ReadPicture, 'sha256' | 'key'>;

export interface PictureReader {
  /** The picture at position `index` of its request. Throws the ApiError that vLLM answers with. */
  read(part: ImagePart, index: number): Promise<ReadPicture>;
}

export interface PictureReaderOptions {
  /** Pictures named by a link are fetched, from this machine only; refused unless given. */
  readonly fetchesLinks?: boolean | undefined;
}

export function createPictureReader({ fetchesLinks }: PictureReaderOptions = {}): PictureReader {
  const remembered = new Map<string, Promise<ReadPicture>>();
  const remember = (key: string, picture: Promise<ReadPicture>): void => {
    remembered.set(key, picture);
    picture.catch(() => remembered.delete(key));
    // The first is the one that was not asked for the longest.
    const [oldest] = remembered.keys();
    if (remembered.size > rememberedPictures && oldest !== undefined) remembered.delete(oldest);
  };
  const recall = (key: string): Promise<ReadPicture> | undefined => {
    const known = remembered.get(key);
    if (known === undefined) return undefined;
    remembered.delete(key);
    remembered.set(key, known);
    return known;
  };
  return {
    read: async ({ url, uuid }, index) => {
      const named = uuid === undefined ? undefined : recall(uuid);
      if (named !== undefined) return named;
      if (url === null) {
        throw toBadRequest(`Cache miss for image at index ${index} but data is not provided.`);
      }
      const bytes = await readUrl(url, fetchesLinks === true);
      const sha256 = toSha256(bytes);
      const key = uuid ?? sha256;
      const known = recall(key);
      if (known !== undefined) return known;
      const picture = decode(bytes).then((seen) => ({ ...seen, sha256, key }));
      remember(key, picture);
      return picture;
    },
  };
}

async function readUrl(url: string, fetchesLinks: boolean): Promise<Buffer> {
  if (!isLink(url)) return parseDataUrl(url);
  if (fetchesLinks) return fetchLink(url);
  throw toFetchError(url, 'the simulated server fetches nothing');
}

function parseDataUrl(url: string): Buffer {
  const scheme = /^([a-z][a-z0-9+.-]*):/iu.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'file') {
    throw new ApiError(500, 'Cannot load local files without `--allowed-local-media-path`.');
  }
  if (scheme !== 'data') {
    throw toBadRequest('The URL must be either a HTTP, data or file URL.');
  }
  const comma = url.indexOf(',');
  if (comma === -1 || !url.slice(0, comma).endsWith(';base64')) {
    throw new ApiError(501, 'Only base64 data URLs are supported for now.', {
      type: 'NotImplementedError',
    });
  }
  return parseBase64(url.slice(comma + 1));
}

function parseBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  // Node leaves out what is no digit and reads on; what is well formed has just this length.
  const isUrlSafe = text.includes('-') || text.includes('_');
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  if (bytes.length === (text.length * 3) / 4 - padding && !isUrlSafe) return bytes;
  const isOfDigits = /^[A-Za-z0-9+/]*={0,2}$/u.test(text);
  throw toBadRequest(isOfDigits ? 'Incorrect padding' : 'Non-base64 digit found');
}

async function decode(bytes: Buffer): Promise<DecodedPicture> {
  const picture = await decodeSafely(bytes);
  const { width, height } = picture;
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (ratio > maxAspectRatio) {
    throw toBadRequest(
      `Failed to apply Qwen3VLProcessor on the given data: absolute aspect ratio must be smaller than ${maxAspectRatio}, got ${ratio}`,
    );
  }
  return picture;
}

async function decodeSafely(bytes: Buffer): Promise<DecodedPicture> {
  const unreadable = 'Failed to load image: cannot identify image file <_io.BytesIO object>';
  const input = sharp(bytes, { limitInputPixels: false, failOn: 'truncated' });
  const metadata = await input.metadata().catch(() => undefined);
  if (metadata === undefined || !readableFormats.has(metadata.format)) {
    throw toBadRequest(unreadable);
  }
  const { width, height } = metadata.autoOrient;
  if (width * height > maxPixels) {
    throw toBadRequest(
      `Failed to load image: Image size (${width * height} pixels) exceeds limit of ${maxPixels} pixels.`,
    );
  }
  try {
    const format = metadata.format === 'jpeg' ? 'jpeg' : 'other';
    return { width, height, format, color: await toDominantColor(input) };
  } catch (error) {
    const truncated =
      error instanceof Error && /premature|truncated|unexpected end/iu.test(error.message);
    throw toBadRequest(truncated ? 'Failed to load image: image file is truncated' : unreadable);
  }
}

function toSha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
