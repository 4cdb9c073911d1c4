// One request to the model server with one deadline, its end as a result whatever happened.

import { setTimeout as startTimer } from 'node:timers';
import { toFault } from '../errors.ts';
import { toCompletionResult, toTimeout } from './completion-result.ts';
import type { CompletionResult } from '../batch/completion.ts';
import { ReplyTooLong, type HttpReply, type HttpRequest, type ServerHttp } from './server-http.ts';

export interface Asking {
  readonly signal: AbortSignal;
  /** From sending to the last byte of the reply. */
  readonly timeoutMs: number;
}

/** A reply in time, or the result that stands for its absence. Throws the signal's reason, and bugs. */
export async function exchange(
  http: ServerHttp,
  request: HttpRequest,
  { signal, timeoutMs }: Asking,
): Promise<(HttpReply & { readonly seconds: number }) | CompletionResult> {
  signal.throwIfAborted();
  const startedMs = performance.now();
  const deadline = new AbortController();
  const timer = startTimer(() => deadline.abort(), timeoutMs);
  const toSeconds = (): number => (performance.now() - startedMs) / 1000;
  try {
    const reply = await http.send(request, AbortSignal.any([signal, deadline.signal]));
    return { ...reply, seconds: toSeconds() };
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.signal.aborted) return toTimeout(toSeconds());
    return toNetworkResult(error);
  } finally {
    clearTimeout(timer);
  }
}

/** `exchange` for a completion. */
export async function askServer(
  http: ServerHttp,
  request: HttpRequest,
  asking: Asking,
): Promise<CompletionResult> {
  const end = await exchange(http, request, asking);
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
