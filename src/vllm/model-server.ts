// The model server as the engine sees it: which model it serves, one row's answer, whether it is there.

import { randomUUID } from 'node:crypto';
import { askServer } from './ask-server.ts';
import type { CompletionRequest, CompletionResult, NamedResult } from '../batch/completion.ts';
import { createChatEncoder } from './encode-chat.ts';
import type { Log } from '../logger.ts';
import { findAnswer, findHealth, findModels, type Finding } from './probe-server.ts';
import { createServedModel, type ServedModel } from './served-model.ts';
import { createServerHttp, type ServerHttp } from './server-http.ts';

export interface ModelServerOptions {
  /** Base address, with or without a final /v1. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** The name to send; by default the first that /v1/models lists. */
  readonly model?: string | undefined;
  /** From sending a row to the last byte of its answer, the wait in the server's queue included. */
  readonly requestTimeoutMs?: number;
  readonly log: Log;
}

export interface ModelServer {
  /** Asks the model whose name is configured or served. Rejects only with the signal's reason. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<NamedResult>;
  /** The model that would be asked now; undefined while the server does not tell. Rejects only with the
   *  signal's reason. */
  findModel(signal: AbortSignal): Promise<string | undefined>;
  /** Whether the server answers: /health, then the model's name, then one token. */
  probe(signal: AbortSignal): Promise<Finding['state']>;
  /** Breaks off what is under way. */
  close(): Promise<void>;
}

export function createModelServer(options: ModelServerOptions): ModelServer {
  const { requestTimeoutMs = 120_000, log } = options;
  const http = createServerHttp(options);
  const model = createServedModel(http, { configured: options.model, log });
  const report = createReport(log);
  const encode = createChatEncoder();
  return {
    async complete(request, signal) {
      const found = await model.find(signal);
      if (!('name' in found)) return { kind: found.state, cause: found.cause };
      const id = randomUUID();
      const body = encode(found.name, request);
      const post = { method: 'POST', path: '/v1/chat/completions', body, id } as const;
      const result = await askServer(http, post, { signal, timeoutMs: requestTimeoutMs });
      if (result.kind === 'misconfigured') model.forget();
      if (result.kind === 'answer') return { ...result, model: found.name };
      log.info({ request: id, ...toEntry(result) }, 'no answer');
      return result;
    },
    async findModel(signal) {
      const found = await model.find(signal);
      return 'name' in found ? found.name : undefined;
    },
    async probe(signal) {
      const finding = await findState(http, model, signal);
      report(finding);
      return finding.state;
    },
    close: async () => http.close(),
  };
}

async function findState(
  http: ServerHttp,
  model: ServedModel,
  signal: AbortSignal,
): Promise<Finding> {
  const health = await findHealth(http, signal);
  if (health.state !== 'up') return health;
  const found = await model.find(signal);
  if (!('name' in found)) return found;
  const answer = await findAnswer(http, found.name, signal);
  if (answer.state !== 'misconfigured') return answer;
  model.forget();
  const names = await findModels(http, signal);
  const listed = 'state' in names ? names.cause : names.join(', ');
  return { ...answer, cause: `${answer.cause} (model ${found.name}; served: ${listed})` };
}

/** The administrator reads each finding once, not at every try. */
function createReport(log: Log): (finding: Finding) => void {
  let last = '';
  return (finding) => {
    const cause = finding.state === 'up' ? '' : finding.cause;
    if (cause !== '' && cause !== last) {
      const hint = finding.state === 'away' ? '' : '; check VLLM_URL, VLLM_MODEL and VLLM_API_KEY';
      log.warn({ state: finding.state, cause }, `the model server does not answer${hint}`);
    }
    last = cause;
  };
}

function toEntry(result: Exclude<CompletionResult, { kind: 'answer' }>): object {
  const { kind } = result;
  return 'fault' in result ? { kind, code: result.fault.code } : { kind, cause: result.cause };
}
