// A response body as one buffer, up to a limit that is counted while it streams.

import type { Dispatcher } from 'undici';
import { toFault, type Fault } from '../errors.ts';

/** undefined when the body is longer than `maxBytes`; the connection is then closed. */
export async function readBody(
  { headers, body }: Pick<Dispatcher.ResponseData, 'headers' | 'body'>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const declared = Number(headers['content-length'] ?? 0);
  if (declared > maxBytes) {
    body.on('error', () => {});
    body.destroy();
    return undefined;
  }
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the body.
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

export function toTooLarge(maxBytes: number): Fault {
  return toFault('E_IMAGE_TOO_LARGE', { limit: Math.floor(maxBytes / 1_000_000) });
}
