// A response body as one buffer, up to a limit that is counted while it streams.

import type { Dispatcher } from 'undici';
import { toFault, type Fault } from '../errors.ts';

/** undefined when the body is longer than `maxBytes`; the connection is then closed. */
export async function readBody(
  response: Pick<Dispatcher.ResponseData, 'headers' | 'body'>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const { body } = response;
  const length = toLength(response);
  if (length !== undefined && length > maxBytes) {
    body.on('error', () => {});
    body.destroy();
    return undefined;
  }
  const pieces = body as AsyncIterable<Buffer>;
  return length === undefined
    ? collect(pieces, maxBytes)
    : fill(Buffer.allocUnsafeSlow(length), pieces);
}

/** The body's length in bytes where the host announces one. */
export function toLength({
  headers,
}: Pick<Dispatcher.ResponseData, 'headers'>): number | undefined {
  const announced = Number(headers['content-length']);
  return Number.isSafeInteger(announced) && announced >= 0 ? announced : undefined;
}

/** In place, as a large picture in pieces and as a whole would take twice its memory. */
async function fill(whole: Buffer, pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  let bytes = 0;
  // The client has checked that the body is as long as it was announced.
  for await (const piece of pieces) bytes += piece.copy(whole, bytes);
  return whole.subarray(0, bytes);
}

async function collect(
  pieces: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    // Leaving the loop destroys the body.
    if (bytes > maxBytes) return undefined;
    kept.push(piece);
  }
  return Buffer.concat(kept, bytes);
}

export function toTooLarge(maxBytes: number): Fault {
  return toFault('E_IMAGE_TOO_LARGE', { limit: Math.floor(maxBytes / 1_000_000) });
}
