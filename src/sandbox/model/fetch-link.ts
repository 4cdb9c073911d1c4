// Pictures that a request names by their link, which vLLM fetches itself.

import { request } from 'undici';
import { ApiError } from './api-error.ts';

/** Nothing leaves this machine. */
const allowedHosts = new Set(['127.0.0.1', 'localhost']);
/** `VLLM_IMAGE_FETCH_TIMEOUT` */
const timeoutMs = 5000;
/** Of the host rather than of the link, like all from 500 on. */
const troubles = new Set([408, 429]);

export function isLink(url: string): boolean {
  return /^https?:/iu.test(url);
}

/** Throws the ApiError that vLLM answers where it cannot be had: 422 where the host refuses it, 500 where
 *  the host is in trouble or away. */
export async function fetchLink(link: string): Promise<Buffer> {
  if (!allowedHosts.has(URL.parse(link)?.hostname ?? '')) {
    throw toFetchError(link, 'the simulated server fetches from this machine only');
  }
  const { statusCode, bytes } = await get(link);
  if (statusCode === 200) return bytes;
  if (statusCode < 500 && !troubles.has(statusCode)) {
    throw toFetchError(link, `HTTP ${statusCode} error`);
  }
  throw new ApiError(500, `Failed to fetch media: HTTP ${statusCode} error`);
}

async function get(link: string): Promise<{ statusCode: number; bytes: Buffer }> {
  try {
    const { statusCode, body } = await request(link, { signal: AbortSignal.timeout(timeoutMs) });
    return { statusCode, bytes: Buffer.from(await body.arrayBuffer()) };
  } catch (error) {
    throw new ApiError(500, error instanceof Error ? error.message : String(error));
  }
}

export function toFetchError(link: string, why: string): ApiError {
  return new ApiError(
    422,
    `Failed to fetch media from URL: ${why} (parameter=image_url, value=${link})`,
    { type: 'UnprocessableEntityError', param: 'image_url' },
  );
}
