// What can be made to go wrong with the simulated model server's answers.

import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { toJsonReply, type Reply } from '../http/reply.ts';

const flag = z.literal(true).optional();

/** One fault; several fields together are several faults at once (such as slow, then cut). */
export const modelFault = z.strictObject({
  /** Only for requests whose text holds this. */
  matching: z.string().optional(),
  /** Answers with this status and vLLM's form of an error. */
  status: z.int().min(400).max(599).optional(),
  /** With `status`: adds a Retry-After header. */
  retryAfterSeconds: z.number().nonnegative().optional(),
  /** Answers with a proxy's HTML page, with `status` or 200. */
  html: flag,
  /** Resets the connection without an answer. */
  reset: flag,
  /** Never answers; the request holds its place until the client goes away. */
  hang: flag,
  /** Adds so many milliseconds to the time in the engine. */
  slowMs: z.number().nonnegative().optional(),
  /** Closes the connection in the middle of the answer's body. */
  closeMidBody: flag,
  /** Sends half of the answer's body and then nothing more, with the connection open. */
  stallMidBody: flag,
  /** Answers 200 with bytes that are no JSON, though the type says so. */
  garbage: flag,
  /** The answer's content goes on for 10 MB. */
  hugeContent: flag,
  /** The answer's content is cut in the middle, though the reason to stop is `stop`. */
  truncatedJson: flag,
  /** The answer's content is JSON of another shape. */
  wrongSchema: flag,
  emptyContent: flag,
  /** 200 with the finish reason `abort`, as at a shutdown. */
  abort: flag,
  /** The engine dies of this request: 500 for everything in flight, then connections are refused. */
  engineDead: flag,
});

export type ModelFault = z.infer<typeof modelFault>;

/** The answer of a fault that comes before the model has done anything. */
export function toEarlyReply(fault: ModelFault): Reply | undefined {
  if (fault.reset === true) return { status: 500, broken: 'reset' };
  if (fault.garbage === true) {
    const body = Buffer.from([0, 255, 123, 34, 99, 104, 111]);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  if (fault.html === true) {
    const body = '<!doctype html><html><body><h1>Bad Gateway</h1></body></html>';
    return { status: fault.status ?? 200, headers: { 'content-type': 'text/html' }, body };
  }
  return undefined;
}

/** Throws where the fault is an error of the API. */
export function throwIfFailing(fault: ModelFault): void {
  if (fault.status === undefined) return;
  const seconds = fault.retryAfterSeconds;
  throw new ApiError(
    fault.status,
    'A simulated fault.',
    seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } },
  );
}

const hugeCharacters = 10_000_000;

/** The content as the fault leaves it. */
export function spoilContent(content: string, fault: ModelFault): string {
  if (fault.emptyContent === true || fault.abort === true) return '';
  if (fault.wrongSchema === true) return JSON.stringify({ unexpected: [content.length] });
  if (fault.hugeContent === true) return content.padEnd(hugeCharacters, '.');
  if (fault.truncatedJson === true) return content.slice(0, Math.ceil(content.length / 2));
  return content;
}

/** The reply as the fault leaves it on the wire. */
export function breakReply(reply: Reply, fault: ModelFault): Reply {
  if (fault.closeMidBody === true) return { ...reply, broken: 'cut' };
  if (fault.stallMidBody === true) return { ...reply, broken: 'stall' };
  return reply;
}

/** What a load balancer says while there is no server behind it. */
export function toUnavailableReply(): Reply {
  return toJsonReply(503, { error: 'no healthy upstream' }, {});
}
