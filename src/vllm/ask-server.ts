// One request to the model server with one deadline, its end as a result whatever happened.

import { toFault } from '../errors.ts';
import { toCompletionResult, toTimeout } from './completion-result.ts';
import type { CompletionResult } from '../batch/completion.ts';
import { ReplyTooLate, ReplyTooLong, type HttpReply, type ReplyLimits } from './receive-reply.ts';
import type { HttpRequest, ServerHttp } from './server-http.ts';

/** A reply in time, or the result that stands for its absence. Throws the signal's reason, and bugs. */
export async function exchange(
  http: ServerHttp,
  request: HttpRequest,
  limits: ReplyLimits,
): Promise<(HttpReply & { readonly seconds: number }) | CompletionResult> {
  const startedMs = performance.now();
  const toSeconds = (): number => (performance.now() - startedMs) / 1000;
  try {
    const reply = await http.send(request, limits);
    return { ...reply, seconds: toSeconds() };
  } catch (error) {
    limits.signal.throwIfAborted();
    return error instanceof ReplyTooLate ? toTimeout(toSeconds()) : toNetworkResult(error);
  }
}

/** `exchange` for a completion. */
export async function askServer(
  http: ServerHttp,
  request: HttpRequest,
  limits: ReplyLimits,
): Promise<CompletionResult> {
  const end = await exchange(http, request, limits);
  return 'status' in end ? toCompletionResult(end) : end;
}

const certificateCodes =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|HOSTNAME_MISMATCH|EPROTO)/;

/** What an error of connecting, sending or receiving means. Throws what is none: a bug. */
export function toNetworkResult(error: unknown): CompletionResult {
  if (error instanceof ReplyTooLong) {
    return { kind: 'retry', fault: toFault('E_MODEL_BAD_OUTPUT', {}) };
  }
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (typeof code !== 'string' || code === 'UND_ERR_INVALID_ARG') throw error;
  if (certificateCodes.test(code)) return { kind: 'misconfigured', cause: code };
  return { kind: 'away', cause: code };
}
