// One row at the model server: through the gate, as often as its kind of failure allows.
//
// Two things end a row here without an outcome (undefined): its lease must go back, or the model
// server went away. Neither is the row's fault, so neither costs it an attempt.

import { parseAnswer } from '../batch/answer.ts';
import type { WorkedOutcome } from '../batch/row.ts';
import type { CompletionRequest, NamedResult } from '../batch/completion.ts';
import { toFault, type Fault } from '../errors.ts';
import { pause, toBackoffMs } from './pause.ts';
import type { Log } from '../logger.ts';
import type { Breaker, Endpoint, Gate, ModelServer } from './ports.ts';
import type { Strikes } from './strikes.ts';

/** Tries of one row that failed for reasons that may lie in the row, and closings of the endpoint by it. */
const maxAttempts = 5;

/** Answers that do not fit the schema are asked for again this often in all; the model is the same. */
const maxBadAnswers = 3;

export interface AskModelNeeds {
  readonly gate: Gate;
  readonly server: Pick<ModelServer, 'complete'>;
  readonly breaker: Breaker;
  readonly endpoint: Endpoint;
  readonly strikes: Strikes;
  readonly log: Log;
  /** Called with every answer; the batch's record keeps which model answered. */
  noteModel(batchId: string, model: string): void;
  /** The wait before the next try; see toBackoffMs. */
  readonly toBackoffMs?: (attempt: number, afterMs?: number) => number;
}

export interface RowSignals {
  /** Aborts when the row must not be sent any more; a request under way goes on. */
  readonly unsent: AbortSignal;
  /** Aborts when even a request under way must end. */
  readonly all: AbortSignal;
}

/** One row's request, and what it takes to send it. */
export interface Question {
  readonly request: CompletionRequest;
  readonly weight: number;
  readonly signals: RowSignals;
  /** For a fault that names the place. */
  readonly place: { readonly batch: string; readonly line: number };
}

/** What to do after one try. */
type Next =
  | { readonly do: 'record'; readonly outcome: WorkedOutcome }
  /** The row may be at fault: after `limit` such tries it fails. */
  | {
      readonly do: 'charge';
      readonly fault: Fault;
      readonly limit: number;
      readonly afterMs?: number;
    }
  /** The server is at fault. */
  | { readonly do: 'wait'; readonly afterMs?: number }
  | { readonly do: 'give-back' };

export async function askModel(
  question: Question,
  needs: AskModelNeeds,
): Promise<WorkedOutcome | undefined> {
  const { unsent } = question.signals;
  let charged = 0;
  for (let tries = 1; !unsent.aborted; tries++) {
    const answersBefore = needs.breaker.answers();
    const result = await passGate(question, needs);
    const next = await judge(result, { question, needs, answersBefore });
    if (next.do === 'record') return next.outcome;
    if (next.do === 'give-back') return undefined;
    if (next.do === 'charge' && ++charged >= next.limit) {
      return { status: 'failed', fault: next.fault };
    }
    const attempt = next.do === 'charge' ? charged : tries;
    await pause((needs.toBackoffMs ?? toBackoffMs)(attempt, next.afterMs), unsent);
  }
  return undefined;
}

/** The server's result; a gate that is out of order counts as nothing having happened. */
async function passGate(
  { request, weight, signals, place }: Question,
  { gate, server, log }: AskModelNeeds,
): Promise<NamedResult | 'aborted' | 'gate-away' | 'bug'> {
  let bug: unknown;
  try {
    return await gate.run({ weight, signal: signals.unsent }, async () => {
      try {
        return await server.complete(request, signals.all);
      } catch (error) {
        if (!signals.all.aborted) bug = error;
        throw error;
      }
    });
  } catch (error) {
    if (bug !== undefined) {
      log.error({ err: bug, ...place }, 'a model request broke off for a reason nobody expected');
      return 'bug';
    }
    if (signals.unsent.aborted || signals.all.aborted) return 'aborted';
    log.warn({ err: error, batch: place.batch }, 'the gate did not let a row through');
    return 'gate-away';
  }
}

interface Circumstances {
  readonly question: Question;
  readonly needs: AskModelNeeds;
  /** Answers that the breaker had seen before this try. */
  readonly answersBefore: number;
}

async function judge(
  result: Awaited<ReturnType<typeof passGate>>,
  circumstances: Circumstances,
): Promise<Next> {
  const { question, needs, answersBefore } = circumstances;
  if (result === 'aborted') return { do: 'give-back' };
  if (result === 'gate-away') return { do: 'wait' };
  if (result === 'bug') {
    return {
      do: 'record',
      outcome: { status: 'failed', fault: toFault('E_INTERNAL', question.place) },
    };
  }
  if (result.kind === 'answer') needs.noteModel(question.place.batch, result.model);
  const reason = needs.breaker.record(result);
  if (reason !== undefined) {
    await needs.endpoint.close(reason);
    return toStruck(result, question, needs);
  }
  const othersWereAnswered = needs.breaker.answers() > answersBefore;
  return toNext(result, { question, othersWereAnswered });
}

/** The row whose result closed the endpoint goes back, until it has done so too often. */
function toStruck(result: NamedResult, { place }: Question, { strikes, log }: AskModelNeeds): Next {
  const fault = toBlame(result);
  if (fault === undefined || strikes.add(place) < maxAttempts) return { do: 'give-back' };
  log.warn({ ...place, code: fault.code }, 'a row closed the endpoint time after time');
  return { do: 'record', outcome: { status: 'failed', fault } };
}

/** What a row fails with that gets this result whenever it is sent; undefined where it is no row's doing. */
function toBlame(result: NamedResult): Fault | undefined {
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

function toNext(
  result: NamedResult,
  { question, othersWereAnswered }: { question: Question; othersWereAnswered: boolean },
): Next {
  switch (result.kind) {
    case 'answer':
      return toRecorded(result, question.request);
    case 'rejected':
      return { do: 'record', outcome: { status: 'failed', fault: result.fault } };
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
