// HTTP to one model server: a pool of its own, a bounded reply, an exact deadline.

import { Pool } from 'undici';
import { toBasePath } from '../batch/endpoint-name.ts';

export interface HttpReply {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string | undefined;
}

export interface ServerHttp {
  /** Rejects with the signal's reason or a network error; `ReplyTooLong` when the reply is over 1 MB. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpReply>;
  close(): Promise<void>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Behind the server's base, such as /v1/models. */
  readonly path: string;
  readonly body?: object;
  /** Names the request in the server's log. */
  readonly id?: string;
}

export class ReplyTooLong extends Error {}

const maxReplyBytes = 1_000_000;
/** uvicorn closes idle connections after 5 s; a request on one that it is closing would be lost. */
const keepAliveMs = 4000;
const connectMs = 5000;
/** More than any budget of the gate, so that nothing ever waits here unseen. */
const connections = 1024;

export interface ServerAddress {
  /** The server's base, with or without a final /v1. */
  readonly url: string;
  readonly apiKey?: string | undefined;
}

export function createServerHttp({ url, apiKey }: ServerAddress): ServerHttp {
  const base = new URL(url);
  const prefix = toBasePath(base.pathname);
  const pool = new Pool(base.origin, {
    connections,
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    // A queued request is silent for as long as it waits; the caller's signal is the one deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectMs },
  });
  return {
    async send({ method, path, body, id }, signal) {
      const response = await pool.request({
        method,
        path: prefix + path,
        signal,
        body: body === undefined ? null : JSON.stringify(body),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
          ...(id === undefined ? {} : { 'x-request-id': id }),
        },
      });
      const retryAfter = response.headers['retry-after'];
      return {
        status: response.statusCode,
        body: await readText(response.body),
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      };
    },
    close: async () => pool.destroy(),
  };
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxReplyBytes) throw new ReplyTooLong('the reply is longer than 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString();
}
