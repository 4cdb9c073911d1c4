// One attempt at an image: redirects followed by hand with the whole check repeated on every hop, the
// body counted while it streams. undici's fetch() is not used: it follows redirects by itself and
// decompresses bodies beyond any limit.

import type { Dispatcher } from 'undici';
import { toFault } from '../errors.ts';
import type { AllowList } from './allow-list.ts';
import {
  toFinalFailure,
  toNetworkFailure,
  toStatusFailure,
  toTimeoutFailure,
  type FetchFailure,
} from './fetch-failure.ts';
import type { ImageTarget } from './image-url.ts';
import { readBody, toLength, toTooLarge } from './read-body.ts';
import { toNextHop } from './redirect.ts';
import type { Slots } from './slots.ts';

export interface FetchNeeds {
  readonly agent: Dispatcher;
  readonly allowList: AllowList;
  /** Milliseconds for all hops and the body together. */
  readonly totalMs: number;
  readonly maxBytes: number;
  /** Bytes that may be in memory, as places; a body takes what it announces, or `maxBytes`. */
  readonly room: Slots;
}

export interface FetchedBytes {
  readonly bytes: Buffer;
  /** Where the bytes came from in the end. */
  readonly url: URL;
}

const maxRedirects = 3;
const tooManyRedirects = toFinalFailure(toFault('E_URL_REDIRECTS', { limit: maxRedirects }));
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** The longest silence, before the headers and between pieces of the body. */
const silenceMs = 5000;
const maxDiscardedBytes = 16_384;

const requestHeaders = {
  accept: 'image/jpeg,image/png,image/webp,image/gif,image/avif,image/*;q=0.5',
  'accept-encoding': 'identity',
  'user-agent': 'Darkroom (image fetch)',
};

/** Throws only the signal's reason. Bytes keep their room; whoever got them gives it back. */
export async function attemptFetch(
  target: ImageTarget,
  needs: FetchNeeds,
  signal: AbortSignal,
): Promise<FetchedBytes | FetchFailure> {
  const deadline = AbortSignal.timeout(needs.totalMs);
  const either = AbortSignal.any([signal, deadline]);
  let hop = target;
  try {
    for (let redirects = 0; ; redirects++) {
      const response = await request(hop.url, needs.agent, either);
      const location = toLocation(response);
      if (location === undefined)
        return await readResponse(response, hop, { ...needs, signal: either });
      discard(response);
      if (redirects === maxRedirects) return tooManyRedirects;
      const next = toNextHop(hop, location, needs.allowList);
      if ('code' in next) return toFinalFailure(next);
      hop = next;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return toTimeoutFailure(hop.host);
    return toNetworkFailure(error, hop.host);
  }
}

async function request(
  url: URL,
  agent: Dispatcher,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  return agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'GET',
    headers: requestHeaders,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    signal,
  });
}

async function readResponse(
  response: Dispatcher.ResponseData,
  { url, host }: ImageTarget,
  needs: FetchNeeds & { readonly signal: AbortSignal },
): Promise<FetchedBytes | FetchFailure> {
  const { statusCode, headers } = response;
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (statusCode !== 200 || encoding !== 'identity') {
    discard(response);
    if (statusCode !== 200) return toStatusFailure(statusCode, host, headers['retry-after']);
    return toFinalFailure(toFault('E_IMAGE_ENCODING', { host, encoding: encoding.slice(0, 20) }));
  }
  const bytes = await readInRoom(response, needs);
  return bytes === undefined ? toFinalFailure(toTooLarge(needs.maxBytes)) : { bytes, url };
}

async function readInRoom(
  response: Dispatcher.ResponseData,
  { room, maxBytes, signal }: FetchNeeds & { readonly signal: AbortSignal },
): Promise<Buffer | undefined> {
  // It may be broken off while it waits and nobody reads it.
  response.body.on('error', () => {});
  const reserved = Math.min(toLength(response) ?? maxBytes, maxBytes);
  await room.acquire(signal, reserved);
  let kept = 0;
  try {
    const bytes = await readBody(response, maxBytes);
    kept = bytes?.length ?? 0;
    return bytes;
  } finally {
    room.release(reserved - kept);
  }
}

function toLocation({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  const { location } = headers;
  return redirectStatuses.has(statusCode) && typeof location === 'string' ? location : undefined;
}

/** Reads a short rest, so that the connection can be used again; a long one closes it. */
function discard({ body }: Dispatcher.ResponseData): void {
  body.dump({ limit: maxDiscardedBytes }).catch(() => {});
}
