// One reply of a server, read whole and in time. undici tells of its parts as they come: a stream made of them
// would cost more than all the rest of so short a reply.

import type { Dispatcher } from 'undici';
import { toError } from '../errors.ts';

export interface HttpReply {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string | undefined;
}

export interface ReplyLimits {
  readonly signal: AbortSignal;
  /** From asking for a connection to the last byte of the reply. */
  readonly timeoutMs: number;
}

export class ReplyTooLong extends Error {}
export class ReplyTooLate extends Error {}

const maxReplyBytes = 1_000_000;

/** Rejects with the signal's reason, a network error, `ReplyTooLate`, or `ReplyTooLong` where the reply is over
 *  1 MB; the request is broken off then. */
export function receiveReply(
  server: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { signal, timeoutMs }: ReplyLimits,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let isOver = false;
    let exchange: Dispatcher.DispatchController | undefined;
    const end = (settle: () => void): void => {
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const giveUp = (reason: Error): void => {
      end(() => reject(reason));
      exchange?.abort(reason);
    };
    const onAbort = (): void => giveUp(toError(signal.reason));
    const timer = setTimeout(() => giveUp(new ReplyTooLate()), timeoutMs);
    signal.addEventListener('abort', onAbort);

    const reply = createReply();
    server.dispatch(request, {
      onRequestStart(started) {
        exchange = started;
        // Given up while it waited for a connection.
        if (isOver) started.abort(new ReplyTooLate());
      },
      onResponseStart: (_started, status, headers) => reply.begin(status, headers),
      onResponseData(_started, chunk) {
        if (!reply.add(chunk)) giveUp(new ReplyTooLong());
      },
      onResponseEnd: () => end(() => resolve(reply.read())),
      onResponseError: (_started, error) => end(() => reject(error)),
    });
  });
}

interface Reply {
  begin(status: number, headers: Headers): void;
  /** False where it is too long. */
  add(chunk: Buffer): boolean;
  read(): HttpReply;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function createReply(): Reply {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let status = 0;
  let retryAfter: string | undefined;
  return {
    begin(code, headers) {
      status = code;
      const asked = headers['retry-after'];
      retryAfter = Array.isArray(asked) ? asked[0] : asked;
    },
    add(chunk) {
      bytes += chunk.length;
      chunks.push(chunk);
      return bytes <= maxReplyBytes;
    },
    read: () => ({ status, body: Buffer.concat(chunks, bytes).toString(), retryAfter }),
  };
}
