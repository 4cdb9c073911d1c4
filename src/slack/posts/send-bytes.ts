// The bytes of one file to the address that Slack issued for it, streamed from disk.

import { createReadStream } from 'node:fs';
import { request } from 'undici';

export interface Sending {
  readonly url: string;
  readonly path: string;
  readonly bytes: number;
  readonly signal: AbortSignal;
}

/** For one file as a whole. */
const deadlineMs = 5 * 60_000;

/** The bytes did not arrive, or it is not known that they did. Nothing is visible to people yet. */
export class BytesNotSentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BytesNotSentError';
  }
}

/** Throws BytesNotSentError, after which it may be repeated with an address issued afresh. */
export async function sendBytes(sending: Sending): Promise<void> {
  let status: number;
  try {
    status = await post(sending);
  } catch (error) {
    sending.signal.throwIfAborted();
    throw new BytesNotSentError('the bytes of an upload did not get through', { cause: error });
  }
  if (status !== 200) {
    throw new BytesNotSentError(`Slack answered ${status} to the bytes of an upload`);
  }
}

async function post({ url, path, bytes, signal }: Sending): Promise<number> {
  const { statusCode, body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes) },
    body: createReadStream(path),
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
  });
  await body.dump();
  return statusCode;
}
