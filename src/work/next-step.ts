// What one try of a row at a model server means for the row.

import { parseAnswer } from '../batch/answer.ts';
import type { CompletionRequest, NamedResult } from '../batch/completion.ts';
import type { WorkedOutcome } from '../batch/row.ts';
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
  // Cut off at max_tokens: asking again would be cut off again.
  if (answer.truncated) {
    const fault = toFault('E_MODEL_ANSWER_CUT', { limit: sampling.maxTokens });
    return { do: 'record', outcome: { status: 'failed', fault } };
  }
  return { do: 'charge', limit: maxBadAnswers, fault: fields };
}
