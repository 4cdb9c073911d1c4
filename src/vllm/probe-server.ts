// Whether the model server answers, and for what: its health, the names that it serves, one token.

import { exchange } from './ask-server.ts';
import { buildCanaryBody } from './chat-body.ts';
import { toCompletionResult } from './completion-result.ts';
import type { CompletionResult } from '../batch/completion.ts';
import { parseCompletion, parseModelNames } from './parse-completion.ts';
import type { ServerHttp } from './server-http.ts';

export interface Trouble {
  readonly state: 'away' | 'misconfigured';
  readonly cause: string;
}

export type Finding = { readonly state: 'up' } | Trouble;

/** For questions that cost the server nothing. */
const smallTimeoutMs = 10_000;
/** A server that works off a queue answers the test request late. */
const canaryTimeoutMs = 30_000;

/** Up, too, where /health is unknown, as behind some routers. */
export async function findHealth(http: ServerHttp, signal: AbortSignal): Promise<Finding> {
  const asking = { signal, timeoutMs: smallTimeoutMs };
  const end = await exchange(http, { method: 'GET', path: '/health' }, asking);
  if (!('status' in end)) return toTrouble(end);
  return end.status < 500 ? { state: 'up' } : { state: 'away', cause: `/health: ${end.status}` };
}

/** The names that the server lists, at least one, or why there are none. */
export async function findModels(
  http: ServerHttp,
  signal: AbortSignal,
): Promise<readonly [string, ...string[]] | Trouble> {
  const asking = { signal, timeoutMs: smallTimeoutMs };
  const end = await exchange(http, { method: 'GET', path: '/v1/models' }, asking);
  if (!('status' in end)) return toTrouble(end);
  if (end.status !== 200) return toTrouble(toCompletionResult(end));
  const [first, ...others] = parseModelNames(end.body);
  if (first !== undefined) return [first, ...others];
  return { state: 'misconfigured', cause: '/v1/models lists no model' };
}

/** Whether the engine behind the server produces one token: health alone does not show that. */
export async function findAnswer(
  http: ServerHttp,
  model: string,
  signal: AbortSignal,
): Promise<Finding> {
  const asking = { signal, timeoutMs: canaryTimeoutMs };
  const body = JSON.stringify(buildCanaryBody(model));
  const end = await exchange(http, { method: 'POST', path: '/v1/chat/completions', body }, asking);
  if (!('status' in end)) return toTrouble(end);
  if (end.status !== 200) return toTrouble(toCompletionResult(end));
  const completion = parseCompletion(end.body);
  if (completion === undefined) {
    return { state: 'misconfigured', cause: 'the answer is no chat completion' };
  }
  // One token may well be no text.
  return completion.finishReason === 'abort'
    ? { state: 'away', cause: 'aborted by the server' }
    : { state: 'up' };
}

/** A test request has nothing in it that could be wrong by itself: a refusal means the configuration. */
function toTrouble(result: CompletionResult): Trouble {
  switch (result.kind) {
    case 'misconfigured':
    case 'away':
      return { state: result.kind, cause: result.cause };
    case 'rejected':
      return { state: 'misconfigured', cause: String(result.fault.params['reason']) };
    case 'retry':
      return { state: 'away', cause: result.fault.code };
    case 'answer':
      return { state: 'away', cause: 'unexpected answer' };
  }
}
