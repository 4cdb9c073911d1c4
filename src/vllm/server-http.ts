// HTTP to one model server: a pool of its own, a bounded reply, an exact deadline.

import { Pool } from 'undici';
import { toBasePath } from '../batch/endpoint-name.ts';
import { receiveReply, type HttpReply, type ReplyLimits } from './receive-reply.ts';

export interface ServerHttp {
  /** Rejects as `receiveReply` does. */
  send(request: HttpRequest, limits: ReplyLimits): Promise<HttpReply>;
  close(): Promise<void>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Behind the server's base, such as /v1/models. */
  readonly path: string;
  /** JSON; its text, or the bytes of it. */
  readonly body?: string | Buffer;
  /** Names the request in the server's log. */
  readonly id?: string;
}

/** uvicorn closes idle connections after 5 s; a request on one that it is closing would be lost. */
const keepAliveMs = 4000;
const connectMs = 5000;
/** As many as the highest budget of the gate has rows of the least weight, so that nothing ever waits here unseen. */
const connections = 4096;

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
    send: ({ method, path, body, id }, limits) => {
      const headers = {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(id === undefined ? {} : { 'x-request-id': id }),
      };
      const request = { method, path: prefix + path, headers, body: body ?? null };
      return receiveReply(pool, request, limits);
    },
    close: async () => pool.destroy(),
  };
}
