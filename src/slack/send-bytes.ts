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

/** Throws an ordinary error on any answer but 200; nothing is visible to people yet, so it may be repeated. */
export async function sendBytes({ url, path, bytes, signal }: Sending): Promise<void> {
  const { statusCode, body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes) },
    body: createReadStream(path),
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`Slack answered ${statusCode} to the bytes of an upload`);
}
