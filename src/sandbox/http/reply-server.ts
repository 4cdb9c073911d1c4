// An HTTP server whose handler turns a request into a reply, both as plain values.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { sendReply, type Reply } from './reply.ts';

/** A request that came in. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The whole body. Rejects when the client goes away before its end. */
  body(): Promise<Buffer>;
  /** Aborted with `ClientGone` when the connection ends before the reply; others may abort it too. */
  readonly abort: AbortController;
}

/** The client closed the connection before it had its reply. */
class ClientGone extends Error {
  constructor() {
    super('The client went away.');
    this.name = 'ClientGone';
  }
}

/** Idle connections are closed after this time, as uvicorn does. */
const idleMs = 5000;

/** `answer` may reject: the connection is then closed without an answer. */
export function createReplyServer(answer: (ask: Ask) => Promise<Reply>): Server {
  return createServer({ keepAliveTimeout: idleMs }, (request, response) => {
    const abort = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) abort.abort(new ClientGone());
    });
    answer(toAsk(request, abort)).then(
      (reply) => sendReply(response, reply),
      () => response.destroy(),
    );
  });
}

function toAsk(request: IncomingMessage, abort: AbortController): Ask {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  return {
    method: request.method ?? 'GET',
    path: decodePath(url.pathname),
    query: url.searchParams,
    headers: request.headers,
    abort,
    body: () => readBody(request),
  };
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => void chunks.push(chunk));
  request.once('end', () => resolve(Buffer.concat(chunks)));
  request.once('error', reject);
  const onClose = (): void => {
    if (!request.complete) reject(new ClientGone());
  };
  request.once('close', onClose);
  // It may have happened before anybody listened.
  if (request.closed) onClose();
  return promise;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
