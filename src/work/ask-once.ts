// Equal questions are asked once: a row is given the stored answer, or waits for the row that is just
// asking, in this process or another one. Where that one has no answer in the end, the next row asks.

import { toAnswerKey } from '../batch/answer-key.ts';
import type { WorkedOutcome } from '../batch/row.ts';
import { askModel, type AskModelNeeds, type Question } from './ask-model.ts';
import { pause, unlessAborted } from './pause.ts';
import type { AnswerCache, AnswerClaim, ModelEndpoint } from './ports.ts';
import type { FoundAnswer, Questions } from './questions.ts';
import type { RowPlace } from './row-place.ts';

export interface AskOnceNeeds extends AskModelNeeds {
  readonly answers: AnswerCache;
  readonly questions: Questions;
  /** Milliseconds between looks at an answer that another process is finding; default 300. */
  readonly lookEveryMs?: number;
}

interface Asking {
  readonly key: string;
  readonly model: string;
  /** False: the row asks at once where another process is finding the answer. */
  readonly waits: boolean;
  readonly place: Pick<RowPlace, 'park' | 'comeBack'>;
  readonly needs: AskOnceNeeds;
}

/** As `askModel`, which it leaves to the first of equal rows. A row that waits for another one gives its
 *  pictures and its place in the pipeline back meanwhile. */
export async function askOnce(
  question: Question,
  place: Asking['place'],
  needs: AskOnceNeeds,
): Promise<WorkedOutcome | undefined> {
  const model = await findModel(needs.endpoints, question.signals.unsent);
  if (model === undefined) return askModel(question, needs);
  const key = toAnswerKey(model, question.request);
  return askInTurn(question, { key, model, waits: true, place, needs });
}

/** The model of the first server that can be asked and says what it serves. Where servers have several, an
 *  answer of another one is none to the question and not kept. */
async function findModel(
  endpoints: readonly ModelEndpoint[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const open = endpoints.filter((each) => each.isOpen());
  for (const { server } of open.length > 0 ? open : endpoints) {
    const model = await server.findModel(signal);
    if (model !== undefined) return model;
  }
  return undefined;
}

async function askInTurn(question: Question, asking: Asking): Promise<WorkedOutcome | undefined> {
  const { key, place, needs } = asking;
  const { unsent } = question.signals;
  while (!unsent.aborted && needs.questions.isPromising(key)) {
    const first = needs.questions.find(key);
    if (first === undefined) {
      place.comeBack();
      return askFirst(question, asking);
    }
    // The same pictures: this row's own bytes are free from here on.
    question = { ...question, request: first.request };
    place.park();
    const found = await unlessAborted(first.answer, unsent);
    if (found !== undefined) return toCached(found, question, needs);
  }
  place.comeBack();
  return unsent.aborted ? undefined : askAlone(question, asking);
}

/** Others of this process wait for it, whatever becomes of it. */
async function askFirst(question: Question, asking: Asking): Promise<WorkedOutcome | undefined> {
  const { key } = asking;
  const { needs, answeredBy } = withAnswerer(asking.needs);
  const settle = needs.questions.open(key, question.request);
  let outcome: WorkedOutcome | undefined;
  try {
    outcome = await findAnswer(question, { ...asking, needs });
    return outcome;
  } finally {
    if (outcome !== undefined) needs.questions.note(key, outcome.status);
    const model = answeredBy() ?? asking.model;
    settle(outcome?.status === 'done' ? { fields: outcome.fields, model } : undefined);
  }
}

async function findAnswer(question: Question, asking: Asking): Promise<WorkedOutcome | undefined> {
  const turn = await takeTurn(question, asking);
  if (turn === 'aborted') return undefined;
  if (turn === 'unclaimed') return askModel(question, asking.needs);
  const { model, needs } = asking;
  if ('fields' in turn) return toCached({ fields: turn.fields, model }, question, needs);
  return askAndKeep(question, turn, asking);
}

/** Waits while another process is finding the answer, unless the row is not to wait. */
async function takeTurn(
  { signals: { unsent }, place: at }: Question,
  { key, waits, place, needs }: Asking,
): Promise<{ readonly fields: readonly string[] } | AnswerClaim | 'unclaimed' | 'aborted'> {
  try {
    while (!unsent.aborted) {
      const found = await needs.answers.claim(key);
      if (found.kind === 'answer') return found;
      if (found.kind === 'claim') {
        place.comeBack();
        return found.claim;
      }
      if (!waits) return 'unclaimed';
      place.park();
      await pause(needs.lookEveryMs ?? 300, unsent);
    }
    return 'aborted';
  } catch (error) {
    place.comeBack();
    needs.log.warn({ err: error, batch: at.batch }, 'the cache of answers cannot be read');
    return 'unclaimed';
  }
}

async function askAndKeep(
  question: Question,
  claim: AnswerClaim,
  asking: Asking,
): Promise<WorkedOutcome | undefined> {
  const { needs, answeredBy } = withAnswerer(asking.needs);
  let outcome: WorkedOutcome | undefined;
  try {
    outcome = await askModel(question, needs);
    return outcome;
  } finally {
    // Another server may have another model, and the same one by now; its answer is none to this question.
    const answer =
      outcome?.status === 'done' && answeredBy() === asking.model ? outcome : undefined;
    const ending = answer === undefined ? claim.release() : claim.keep(answer.fields);
    await ending.catch((error: unknown) => {
      needs.log.warn({ err: error, batch: question.place.batch }, 'an answer was not kept');
    });
  }
}

/** The same needs, and which model has answered last by them. */
function withAnswerer(needs: AskOnceNeeds): {
  readonly needs: AskOnceNeeds;
  readonly answeredBy: () => string | undefined;
} {
  let answeredBy: string | undefined;
  const noteModel: AskModelNeeds['noteModel'] = (batchId, name) => {
    answeredBy = name;
    needs.noteModel(batchId, name);
  };
  return { needs: { ...needs, noteModel }, answeredBy: () => answeredBy };
}

/** Waits for nobody, but takes an answer that is there by now and keeps one that it finds. */
async function askAlone(question: Question, asking: Asking): Promise<WorkedOutcome | undefined> {
  const outcome = await findAnswer(question, { ...asking, waits: false });
  if (outcome !== undefined) asking.needs.questions.note(asking.key, outcome.status);
  return outcome;
}

/** Costs no tokens and no time at the model. */
function toCached(
  { fields, model }: FoundAnswer,
  { place }: Question,
  needs: AskOnceNeeds,
): WorkedOutcome {
  needs.noteModel(place.batch, model);
  const usage = { promptTokens: 0, completionTokens: 0 };
  return { status: 'done', fields, usage, modelSeconds: 0, cached: true };
}
