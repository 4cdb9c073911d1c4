import { describe, expect, it, vi } from 'vitest';
import { toAnswerKey } from '../../src/batch/answer-key.ts';
import type { CompletionRequest, NamedResult } from '../../src/batch/completion.ts';
import { toFault } from '../../src/errors.ts';
import type { Question } from '../../src/work/ask-model.ts';
import { askOnce, type AskOnceNeeds } from '../../src/work/ask-once.ts';
import type { ModelEndpoint } from '../../src/work/ports.ts';
import { createQuestions } from '../../src/work/questions.ts';
import { createStrikes } from '../../src/work/strikes.ts';
import { createTurns } from '../../src/work/turns.ts';
import {
  createFakeAnswers,
  createFakeLedger,
  fakeEndpoint,
  quiet,
  type FakeAnswers,
} from './fakes.ts';

const rejected: NamedResult = { kind: 'rejected', fault: toFault('E_MODEL_BAD_OUTPUT', {}) };

function toAnswer(title: string, model = 'm'): NamedResult {
  return {
    kind: 'answer',
    model,
    content: JSON.stringify({ title }),
    truncated: false,
    usage: { promptTokens: 10, completionTokens: 3 },
    seconds: 0.5,
  };
}

interface World {
  readonly needs: AskOnceNeeds;
  readonly answers: FakeAnswers;
  /** Requests at the server: end one with its result. */
  readonly open: ((result: NamedResult) => void)[];
  readonly asked: () => number;
  readonly requests: CompletionRequest[];
  readonly noted: string[];
}

type Change = Partial<AskOnceNeeds & Pick<ModelEndpoint['server'], 'findModel'>>;

/** One process; several of them may have one cache. */
function createWorld(
  answers = createFakeAnswers(),
  { findModel = async () => 'm', ...change }: Change = {},
): World {
  const open: ((result: NamedResult) => void)[] = [];
  const noted: string[] = [];
  const requests: CompletionRequest[] = [];
  const endpoint = fakeEndpoint({
    server: {
      ...fakeEndpoint().server,
      findModel,
      async complete(asked, signal) {
        requests.push(asked);
        const { promise, resolve, reject } = Promise.withResolvers<NamedResult>();
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        open.push(resolve);
        return promise;
      },
    },
  });
  const needs: AskOnceNeeds = {
    turns: createTurns([endpoint]),
    endpoints: [endpoint],
    strikes: createStrikes(),
    ledger: createFakeLedger([]),
    log: quiet,
    noteModel: (batchId, model) => void noted.push(`${batchId} ${model}`),
    toBackoffMs: () => 0,
    answers,
    questions: createQuestions(),
    lookEveryMs: 1,
    ...change,
  };
  return { needs, answers, open, asked: () => requests.length, requests, noted };
}

const request: CompletionRequest = {
  system: 'Write.',
  images: [{ bytes: Buffer.from('jpeg'), hash: 'h' }],
  text: 'a mug',
  outputs: [{ name: 'title', header: 'title', list: false }],
  sampling: { maxTokens: 100, temperature: 0, topP: 1 },
};

async function refuse(): Promise<never> {
  throw new Error('Redis is full');
}

interface Row extends Question {
  /** What the row did with its place in the window. */
  readonly steps: string[];
  readonly stop: () => void;
}

function toRow(change: Partial<CompletionRequest> = {}): Row {
  const stop = new AbortController();
  return {
    request: { ...request, ...change },
    weight: 1,
    signals: { unsent: stop.signal, all: stop.signal },
    place: { batch: '7', line: 2 },
    steps: [],
    stop: () => stop.abort(),
  };
}

function ask(row: Row, { needs }: World): ReturnType<typeof askOnce> {
  const place = {
    park: () => void row.steps.push('park'),
    comeBack: () => void row.steps.push('come back'),
  };
  return askOnce(row, place, needs);
}

async function reached(world: World, count: number): Promise<void> {
  await vi.waitFor(() => expect(world.asked()).toBe(count));
}

describe('asking equal questions', () => {
  it('asks once; rows that come later are given the stored answer and cost no tokens', async () => {
    const world = createWorld();
    const first = ask(toRow(), world);
    await reached(world, 1);
    world.open[0]?.(toAnswer('Mug'));
    expect(await first).toMatchObject({ fields: ['Mug'], cached: false, modelSeconds: 0.5 });

    const elsewhere = createWorld(world.answers);
    expect(await ask(toRow(), elsewhere)).toEqual({
      status: 'done',
      fields: ['Mug'],
      usage: { promptTokens: 0, completionTokens: 0 },
      modelSeconds: 0,
      cached: true,
    });
    expect(elsewhere.asked()).toBe(0);
    expect(elsewhere.noted).toEqual(['7 m']);
  });

  it('lets equal rows wait for the first one, outside of the window', async () => {
    const world = createWorld();
    const rows = [toRow(), toRow(), toRow()];
    const outcomes = rows.map((row) => ask(row, world));
    await reached(world, 1);
    world.open[0]?.(toAnswer('Mug'));
    const cached = (await Promise.all(outcomes)).map(
      (outcome) => outcome?.status === 'done' && outcome.cached,
    );
    expect(cached).toEqual([false, true, true]);
    expect(world.asked()).toBe(1);
    expect(rows.map(({ steps }) => steps)).toEqual([
      ['come back', 'come back'],
      ['park'],
      ['park'],
    ]);
  });

  it('lets the next row ask where the first one fails, with the first one’s pictures', async () => {
    const world = createWorld();
    const bytes = Buffer.from('the same bytes');
    const first = ask(toRow(), world);
    await reached(world, 1);
    const waiting = toRow({ images: [{ bytes, hash: 'h' }] });
    const second = ask(waiting, world);
    await vi.waitFor(() => expect(waiting.steps).toEqual(['park']));
    const third = ask(toRow(), world);
    world.open[0]?.(rejected);
    expect(await first).toMatchObject({ status: 'failed' });
    await reached(world, 2);
    expect(waiting.steps.slice(0, 2)).toEqual(['park', 'come back']);
    expect(world.requests[1]?.images[0]?.bytes).toBe(request.images[0]?.bytes);
    world.open[1]?.(toAnswer('Mug'));
    expect(await second).toMatchObject({ cached: false });
    expect(await third).toMatchObject({ cached: true });
    expect(world.answers.kept.size).toBe(1);
  });

  it('lets the next row ask where the first one is given back', async () => {
    const world = createWorld();
    const first = toRow();
    const [given, second] = [ask(first, world), ask(toRow(), world)];
    await reached(world, 1);
    first.stop();
    expect(await given).toBeUndefined();
    await reached(world, 2);
    world.open[1]?.(toAnswer('Mug'));
    expect(await second).toMatchObject({ status: 'done', cached: false });
    expect(world.answers.released).toBe(1);
  });

  it('no longer lets rows wait for one another when a question has failed twice', async () => {
    const world = createWorld();
    const outcomes = Array.from({ length: 6 }, () => ask(toRow(), world));
    await reached(world, 1);
    world.open[0]?.(rejected);
    await reached(world, 2);
    world.open[1]?.(rejected);
    await reached(world, 6);
    for (const end of world.open.slice(2)) end(toAnswer('Mug'));
    const states = (await Promise.all(outcomes)).map((outcome) => outcome?.status);
    expect(states).toEqual(['failed', 'failed', 'done', 'done', 'done', 'done']);

    const again = await Promise.all([ask(toRow(), world), ask(toRow(), world)]);
    expect(again).toMatchObject([{ cached: true }, { cached: true }]);
    expect(world.asked()).toBe(6);
  });

  it('asks for itself after two failures also where another process is finding the answer', async () => {
    const answers = createFakeAnswers();
    const world = createWorld(answers);
    const failing = [ask(toRow(), world), ask(toRow(), world)];
    for (const count of [1, 2]) {
      await reached(world, count);
      world.open[count - 1]?.(rejected);
    }
    await Promise.all(failing);
    answers.busy = true;
    const row = toRow();
    const outcome = ask(row, world);
    await reached(world, 3);
    expect(row.steps).not.toContain('park');
    world.open[2]?.(rejected);
    expect(await outcome).toMatchObject({ status: 'failed' });

    answers.kept.set(toAnswerKey('m', request), ['Mug']);
    expect(await ask(toRow(), world)).toMatchObject({ fields: ['Mug'], cached: true });
  });

  it('ends a row’s waiting when the row has to go back, and leaves the others waiting', async () => {
    const world = createWorld();
    const [first, second] = [toRow(), toRow()];
    const outcomes = [first, second, toRow()].map((row) => ask(row, world));
    await reached(world, 1);
    await vi.waitFor(() => expect(second.steps).toEqual(['park']));
    second.stop();
    expect(await outcomes[1]).toBeUndefined();
    world.open[0]?.(toAnswer('Mug'));
    expect(await outcomes[2]).toMatchObject({ cached: true });
  });

  it('waits while another process is finding the answer, outside of the window', async () => {
    const answers = createFakeAnswers();
    answers.busy = true;
    const world = createWorld(answers);
    const row = toRow();
    const outcome = ask(row, world);
    await vi.waitFor(() => expect(answers.claims).toBeGreaterThan(2));
    expect(row.steps.at(-1)).toBe('park');
    answers.busy = false;
    await reached(world, 1);
    expect(row.steps.at(-1)).toBe('come back');
    world.open[0]?.(toAnswer('Mug'));
    expect(await outcome).toMatchObject({ cached: false });
  });

  it('asks without the cache where that cannot be read, and where the model has no name yet', async () => {
    const answers = createFakeAnswers();
    const broken = { ...answers, claim: refuse };
    const world = createWorld(answers, { answers: broken });
    const outcome = ask(toRow(), world);
    await reached(world, 1);
    world.open[0]?.(toAnswer('Mug'));
    expect(await outcome).toMatchObject({ fields: ['Mug'], cached: false });

    const nameless = createWorld(answers, { findModel: async () => undefined });
    const other = ask(toRow(), nameless);
    await reached(nameless, 1);
    nameless.open[0]?.(toAnswer('Mug'));
    expect(await other).toMatchObject({ cached: false });
    expect(answers.claims).toBe(0);
  });

  it('outlives an answer that cannot be stored', async () => {
    const answers = createFakeAnswers();
    const claim = { keep: refuse, release: refuse };
    const world = createWorld(answers, {
      answers: { claim: async () => ({ kind: 'claim', claim }) },
    });
    const outcome = ask(toRow(), world);
    await reached(world, 1);
    world.open[0]?.(toAnswer('Mug'));
    expect(await outcome).toMatchObject({ fields: ['Mug'] });
  });

  it('tells of each row which model has answered it, also where that is another than was expected', async () => {
    const world = createWorld();
    const outcomes = [ask(toRow(), world), ask(toRow(), world)];
    await reached(world, 1);
    world.open[0]?.(toAnswer('Mug', 'another'));
    expect(await Promise.all(outcomes)).toMatchObject([{ cached: false }, { cached: true }]);
    expect(world.noted).toEqual(['7 another', '7 another']);
  });

  it('does not keep what another model than the one of the question has answered', async () => {
    const world = createWorld();
    const outcome = ask(toRow(), world);
    await reached(world, 1);
    world.open[0]?.(toAnswer('Mug', 'another'));
    expect(await outcome).toMatchObject({ status: 'done' });
    expect(world.answers.kept.size).toBe(0);
    expect(world.answers.released).toBe(1);
  });
});
