// What a sandbox server answers, as a value, and how it goes onto the wire, broken on purpose or not.

import type { ServerResponse } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** `reset`: the connection is reset without an answer. `cut`: it is closed in the middle of the body.
   *  `stall`: the rest of the body never comes, until the client goes away. */
  readonly broken?: 'reset' | 'cut' | 'stall';
}

export function toJsonReply(
  status: number,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

export function sendReply(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  if (reply.broken === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { body: content = '' } = reply;
  const length = Buffer.byteLength(content);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': length });
  if (reply.broken === undefined) {
    // A text goes out in one write with the headers.
    response.end(content);
    return;
  }
  const body = Buffer.from(content);
  const half = body.subarray(0, Math.floor(body.length / 2));
  response.write(half, () => {
    if (reply.broken === 'cut') response.destroy();
  });
}
