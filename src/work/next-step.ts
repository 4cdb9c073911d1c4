// What one try of a row at a model server means for the row.

import { parseAnswer } from '../batch/answer.ts';
import type { CompletionRequest, NamedResult } from '../batch/completion.ts';
import type { FailedOutcome, WorkedOutcome } from '../batch/row.ts';
import { parseCutAnswer, toAnswerHead } from '../batch/spoilt-answer.ts';
import { toFault, type Fault } from '../errors.ts';

/** Tries of one row that failed for reasons that may lie in the row, and closings of endpoints by it. */
export const maxAttempts = 5;

/** Answers that do not fit the schema are asked for again this often in all; the model is the same. */
const maxBadAnswers = 3;

/** What to do after one try. */
export type Next =
  | { readonly do: 'record'; readonly outcome: WorkedOutcome }
  /** The row may be at fault: after `limit` such tries it fails. */
  | {
      readonly do: 'charge';
      readonly fault: Fault;
      readonly limit: number;
      readonly afterMs?: number;
      /** As in FailedOutcome. */
      readonly answer?: string;
    }
  /** The server does not take this request; see first-mistakes.ts. */
  | { readonly do: 'reject'; readonly fault: Fault }
  /** The server is at fault. */
  | { readonly do: 'wait'; readonly afterMs?: number }
  /** Its server was closed; another one is open. */
  | { readonly do: 'move' }
  | { readonly do: 'give-back' };

/** What a row fails with that gets this result whenever it is sent; undefined where it is no row's doing. */
export function toBlame(result: NamedResult): Fault | undefined {
  switch (result.kind) {
    case 'retry':
      return result.fault;
    case 'away':
      return result.busy === true ? undefined : toFault('E_MODEL_CONNECTION', {});
    case 'misconfigured':
      return toFault('E_MODEL_REJECTED', { reason: result.cause });
    case 'answer':
    case 'rejected':
      return undefined;
  }
}

/** `othersWereAnswered`: by the same server, while this row tried. */
export function toNext(
  result: NamedResult,
  { request, othersWereAnswered }: { request: CompletionRequest; othersWereAnswered: boolean },
): Next {
  switch (result.kind) {
    case 'answer':
      return toRecorded(result, request);
    case 'rejected':
      return { do: 'reject', fault: result.fault };
    case 'retry':
      return { do: 'charge', limit: maxAttempts, ...result };
    case 'away':
      // A row whose request alone breaks the connection, while others get answers, must end some day.
      return othersWereAnswered && result.busy !== true
        ? {
            do: 'charge',
            limit: maxAttempts,
            fault: toFault('E_MODEL_CONNECTION', {}),
            ...after(result),
          }
        : { do: 'wait', ...after(result) };
    case 'misconfigured':
      return { do: 'wait' };
  }
}

function after({ afterMs }: { readonly afterMs?: number }): { readonly afterMs?: number } {
  return afterMs === undefined ? {} : { afterMs };
}

function toRecorded(
  answer: Extract<NamedResult, { kind: 'answer' }>,
  { outputs, sampling }: CompletionRequest,
): Next {
  const fields = parseAnswer(answer.content, outputs);
  if (!('code' in fields)) {
    const { usage, seconds } = answer;
    return {
      do: 'record',
      outcome: { status: 'done', fields, usage, modelSeconds: seconds, cached: false },
    };
  }
  const { content } = answer;
  // Cut off at max_tokens: asking again would be cut off again.
  if (answer.truncated) {
    const fault = toFault('E_MODEL_ANSWER_CUT', { limit: sampling.maxTokens });
    return { do: 'record', outcome: { status: 'failed', fault, ...toKept(content, outputs) } };
  }
  return { do: 'charge', limit: maxBadAnswers, fault: fields, ...toHead(content) };
}

function toKept(
  content: string,
  outputs: CompletionRequest['outputs'],
): Pick<FailedOutcome, 'answer' | 'fields'> {
  const fields = parseCutAnswer(content, outputs);
  return fields === undefined ? toHead(content) : { fields };
}

function toHead(content: string): Pick<FailedOutcome, 'answer'> {
  const answer = toAnswerHead(content);
  return answer === '' ? {} : { answer };
}

/** What a recipe's sampling is raised to for another answer; with less the model may give the same one. */
const leastSampling = { temperature: 0.3, topP: 0.9 };

/** The same once more, after so many answers that did not fit. */
export function toRepeat(request: CompletionRequest, badAnswers: number): CompletionRequest {
  if (badAnswers === 0) return request;
  const { maxTokens, temperature, topP } = request.sampling;
  const sampling = {
    maxTokens,
    temperature: Math.max(temperature, leastSampling.temperature),
    topP: Math.max(topP, leastSampling.topP),
  };
  return { ...request, sampling, seed: badAnswers };
}
