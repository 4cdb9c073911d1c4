// The table of what each answer of the model server means; the whole retry policy towards it.
//
//   200 with content                    answer (truncated: finish_reason length or repetition)
//   200, finish_reason abort            away: the server is shutting down
//   200, anything else                  retry
//   401 403 404 405 407, redirects      misconfigured: key, model name or path
//   408                                 retry
//   429, 503 from vLLM itself           away, busy
//   500                                 retry; away when the engine died
//   502 503 504 and other 5xx           away
//   other 4xx, 501                      rejected

import { toFault } from '../errors.ts';
import { hasEngineDied, isOwnError, readReason } from './error-body.ts';
import type { CompletionResult } from '../batch/completion.ts';
import { parseCompletion } from './parse-completion.ts';

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** The Retry-After header, in seconds or as a date. */
  readonly retryAfter?: string | undefined;
  /** How long the request took. */
  readonly seconds: number;
}

type StatusClass = 'success' | 'misconfigured' | 'slow' | 'engine' | 'away' | 'rejected';

const statusClasses: ReadonlyMap<number, StatusClass> = new Map([
  [401, 'misconfigured'],
  [403, 'misconfigured'],
  [404, 'misconfigured'],
  [405, 'misconfigured'],
  [407, 'misconfigured'],
  [408, 'slow'],
  [429, 'away'],
  [500, 'engine'],
  [501, 'rejected'],
]);

const busyMs = 1000;
const maxAfterMs = 60_000;

export function toCompletionResult(reply: Reply, nowMs: number = Date.now()): CompletionResult {
  const { status, body, seconds } = reply;
  switch (toStatusClass(status)) {
    case 'success':
      return toSuccess(body, seconds);
    case 'misconfigured':
      return { kind: 'misconfigured', cause: `${status} ${readReason(body)}`.trim() };
    case 'slow':
      return toTimeout(seconds);
    case 'engine':
      return toEngineFailure(body);
    case 'away':
      return toAway(reply, nowMs);
    case 'rejected':
      return toRejected(reply);
  }
}

function toStatusClass(status: number): StatusClass {
  const named = statusClasses.get(status);
  if (named !== undefined) return named;
  if (status < 300) return 'success';
  if (status < 400) return 'misconfigured';
  return status < 500 ? 'rejected' : 'away';
}

function toRejected({ status, body }: Reply): CompletionResult {
  const reason = readReason(body) || String(status);
  return { kind: 'rejected', fault: toFault('E_MODEL_REJECTED', { reason }) };
}

/** The result of a request that was given up after so many seconds. */
export function toTimeout(seconds: number): CompletionResult {
  const fault = toFault('E_MODEL_TIMEOUT', { seconds: Math.round(seconds) });
  return { kind: 'retry', fault };
}

function toSuccess(body: string, seconds: number): CompletionResult {
  const completion = parseCompletion(body);
  if (completion === undefined) {
    return { kind: 'retry', fault: toFault('E_MODEL_BAD_OUTPUT', {}) };
  }
  const { content, finishReason, usage } = completion;
  if (finishReason === 'abort') return { kind: 'away', cause: 'aborted by the server' };
  if (content === '') return { kind: 'retry', fault: toFault('E_MODEL_BAD_OUTPUT', {}) };
  const truncated = finishReason === 'length' || finishReason === 'repetition';
  return { kind: 'answer', content, truncated, usage, seconds };
}

function toEngineFailure(body: string): CompletionResult {
  if (hasEngineDied(body)) return { kind: 'away', cause: 'engine died' };
  return { kind: 'retry', fault: toFault('E_MODEL_ERROR', {}) };
}

function toAway({ status, body, retryAfter }: Reply, nowMs: number): CompletionResult {
  const cause = String(status);
  const askedMs = toAfterMs(retryAfter, nowMs);
  // vLLM gives no Retry-After when its queue is full; a proxy's 503 means that it is not there.
  if (status === 429 || (status === 503 && isOwnError(body))) {
    return { kind: 'away', cause, busy: true, afterMs: askedMs ?? busyMs };
  }
  return askedMs === undefined
    ? { kind: 'away', cause }
    : { kind: 'away', cause, afterMs: askedMs };
}

function toAfterMs(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds = Number(retryAfter);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter) - nowMs;
  return ms > 0 ? Math.min(ms, maxAfterMs) : undefined;
}
