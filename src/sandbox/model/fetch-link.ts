// Pictures that a request names by their link, which vLLM fetches itself.

import { request } from 'undici';
import { ApiError } from './api-error.ts';

/** Nothing leaves this machine. */
const allowedHosts = new Set(['127.0.0.1', 'localhost']);
/** `VLLM_IMAGE_FETCH_TIMEOUT` */
const timeoutMs = 5000;

export function isLink(url: string): boolean {
  return /^https?:/iu.test(url);
}

/** Throws the ApiError (422) that vLLM answers where it cannot be had. */
export async function fetchLink(link: string): Promise<Buffer> {
  if (!allowedHosts.has(URL.parse(link)?.hostname ?? '')) {
    throw toFetchError(link, 'the simulated server fetches from this machine only');
  }
  try {
    const { statusCode, body } = await request(link, { signal: AbortSignal.timeout(timeoutMs) });
    const bytes = Buffer.from(await body.arrayBuffer());
    if (statusCode === 200) return bytes;
    throw new Error(`HTTP status ${statusCode}`);
  } catch (error) {
    throw toFetchError(link, error instanceof Error ? error.message : String(error));
  }
}

export function toFetchError(link: string, why: string): ApiError {
  return new ApiError(
    422,
    `Failed to fetch media from URL: ${why} (parameter=image_url, value=${link})`,
    { type: 'UnprocessableEntityError', param: 'image_url' },
  );
}
