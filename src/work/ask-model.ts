// One row at the model servers: in its turn, as often as its kind of failure allows, each time at another
// server where there is one.
//
// Three things end a row here without an outcome (undefined): its lease must go back, the last model server
// went away, or the server rejects it and nobody knows yet whether it rejects the whole batch. None is
// known to be the row's fault, so none costs it an attempt.

import type { PauseReason } from '../batch/batch.ts';
import type { WorkedOutcome } from '../batch/row.ts';
import type { CompletionRequest, NamedResult } from '../batch/completion.ts';
import { toFault, type Fault } from '../errors.ts';
import { failsAlone } from './first-mistakes.ts';
import { maxAttempts, toBlame, toNext, toRepeat, type Next } from './next-step.ts';
import { pause, toBackoffMs } from './pause.ts';
import type { Log } from '../logger.ts';
import type { Ledger, ModelEndpoint } from './ports.ts';
import type { Strikes } from './strikes.ts';
import type { Turns } from './turns.ts';

export interface AskModelNeeds {
  readonly turns: Turns;
  readonly endpoints: readonly ModelEndpoint[];
  readonly strikes: Strikes;
  readonly ledger: Pick<Ledger, 'noteMistake'>;
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

export async function askModel(
  question: Question,
  needs: AskModelNeeds,
): Promise<WorkedOutcome | undefined> {
  const { unsent } = question.signals;
  let charged = 0;
  let badAnswers = 0;
  let avoid: string | undefined;
  for (let tries = 1; !unsent.aborted; tries++) {
    const request = toRepeat(question.request, badAnswers);
    const attempt = await makeAttempt({ ...question, request }, { needs, avoid });
    const next = await judge(attempt, question, needs);
    if (next.do === 'record') return next.outcome;
    if (next.do === 'give-back') return undefined;
    if (next.do === 'charge' && ++charged >= next.limit) return toFailed(next);
    if (next.do === 'charge' && next.fault.code === 'E_MODEL_BAD_OUTPUT') badAnswers += 1;
    avoid = attempt.endpoint?.name ?? avoid;
    await pause(toWaitMs(next, { charged, tries }, needs), unsent);
  }
  return undefined;
}

function toFailed({ fault, answer }: Extract<Next, { do: 'charge' }>): WorkedOutcome {
  return { status: 'failed', fault, ...(answer === undefined ? {} : { answer }) };
}

type Judged = Exclude<Next, { do: 'reject' }>;

function toWaitMs(
  next: Exclude<Judged, { do: 'record' | 'give-back' }>,
  { charged, tries }: { charged: number; tries: number },
  { toBackoffMs: toMs = toBackoffMs }: AskModelNeeds,
): number {
  if (next.do === 'move') return 0;
  return toMs(next.do === 'charge' ? charged : tries, next.afterMs);
}

/** What became of one try. The endpoint is absent where the row came to none. */
interface Attempt {
  readonly result: NamedResult | 'aborted' | 'gate-away' | 'bug';
  readonly endpoint?: ModelEndpoint | undefined;
  /** Whether this endpoint answered others since the row began to wait for its turn. */
  readonly othersWereAnswered: boolean;
}

async function makeAttempt(
  { request, weight, signals, place }: Question,
  { needs, avoid }: { needs: AskModelNeeds; avoid: string | undefined },
): Promise<Attempt> {
  const { turns, endpoints, log } = needs;
  const answersBefore = new Map(endpoints.map((each) => [each, each.breaker.answers()]));
  let endpoint: ModelEndpoint | undefined;
  let bug: unknown;
  const toAttempt = (result: Attempt['result']): Attempt => {
    const before = endpoint === undefined ? undefined : answersBefore.get(endpoint);
    const answered = endpoint?.breaker.answers() ?? 0;
    return { result, endpoint, othersWereAnswered: before !== undefined && answered > before };
  };
  try {
    const turn = { batch: place.batch, weight, avoid, signal: signals.unsent };
    const result = await turns.run(turn, async (chosen) => {
      endpoint = chosen;
      try {
        return await chosen.server.complete(request, signals.all);
      } catch (error) {
        if (!signals.all.aborted) bug = error;
        throw error;
      }
    });
    return toAttempt(result);
  } catch (error) {
    if (bug !== undefined) {
      log.error({ err: bug, ...place }, 'a model request broke off for a reason nobody expected');
      return toAttempt('bug');
    }
    if (signals.unsent.aborted || signals.all.aborted) return toAttempt('aborted');
    log.warn({ err: error, batch: place.batch }, 'the gate did not let a row through');
    return toAttempt('gate-away');
  }
}

async function judge(attempt: Attempt, question: Question, needs: AskModelNeeds): Promise<Judged> {
  const { result, endpoint } = attempt;
  if (result === 'aborted') return { do: 'give-back' };
  if (result === 'bug') {
    return {
      do: 'record',
      outcome: { status: 'failed', fault: toFault('E_INTERNAL', question.place) },
    };
  }
  if (result === 'gate-away' || endpoint === undefined) return { do: 'wait' };
  if (result.kind === 'answer') needs.noteModel(question.place.batch, result.model);
  if (result.kind === 'away' && result.busy === true) endpoint.noteBusy();
  const reason = endpoint.breaker.record(result);
  if (reason === undefined) {
    const next = toNext(result, { request: question.request, ...attempt });
    return next.do === 'reject' ? toRejected(next.fault, question, needs) : next;
  }
  await close(endpoint, reason, needs.log);
  return toStruck(result, question, needs);
}

/** While Redis is away nobody is told; the breaker says it again after as many more results. */
async function close(endpoint: ModelEndpoint, reason: PauseReason, log: Log): Promise<void> {
  const { name, state } = endpoint;
  // Requests that were under way there fail after it was closed, and close it again.
  if (endpoint.isOpen()) {
    log.warn({ endpoint: name, reason }, 'a model server is left alone until it answers again');
  }
  await state.close(reason).catch((error: unknown) => {
    log.warn({ err: error, endpoint: name }, 'an endpoint could not be closed for other processes');
  });
}

async function toRejected(
  fault: Fault,
  { place, signals }: Question,
  needs: AskModelNeeds,
): Promise<Judged> {
  const fails = await failsAlone({ fault, place, signal: signals.unsent }, needs);
  return fails ? { do: 'record', outcome: { status: 'failed', fault } } : { do: 'give-back' };
}

/** The row whose result closed an endpoint goes to another one, or back where none is open, until it has
 *  done so too often. */
async function toStruck(
  result: NamedResult,
  question: Question,
  needs: AskModelNeeds,
): Promise<Judged> {
  const { place } = question;
  const { endpoints, strikes, log } = needs;
  const fault = toBlame(result);
  if (fault !== undefined && strikes.add(place) >= maxAttempts) {
    log.warn({ ...place, code: fault.code }, 'a row closed endpoints time after time');
    if (result.kind === 'misconfigured') return toRejected(fault, question, needs);
    return { do: 'record', outcome: { status: 'failed', fault } };
  }
  return { do: endpoints.some((each) => each.isOpen()) ? 'move' : 'give-back' };
}
