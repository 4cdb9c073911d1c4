import { describe, expect, it } from 'vitest';
import type { CompletionRequest, NamedResult } from '../../src/batch/completion.ts';
import { toFault } from '../../src/errors.ts';
import { askModel, type AskModelNeeds } from '../../src/work/ask-model.ts';
import type { ModelEndpoint } from '../../src/work/ports.ts';
import { createStrikes } from '../../src/work/strikes.ts';
import { createTurns } from '../../src/work/turns.ts';
import { createFakeLedger, fakeEndpoint, quiet } from './fakes.ts';

const answer: NamedResult = {
  kind: 'answer',
  model: 'm',
  content: '{"title":"Mug"}',
  truncated: false,
  usage: { promptTokens: 10, completionTokens: 3 },
  seconds: 0.5,
};
const broken: NamedResult = {
  kind: 'retry',
  fault: toFault('E_MODEL_BAD_OUTPUT', {}),
  afterMs: 0,
};
interface Asked extends AskModelNeeds {
  readonly asked: () => number;
  readonly requests: readonly CompletionRequest[];
  /** Names of endpoints and why they were closed. */
  readonly closed: readonly string[];
  readonly busy: readonly string[];
}

interface Scripted {
  /** What it answers one after the other, the last one for ever. */
  readonly results: readonly (NamedResult | Error)[];
  readonly closeOn?: NamedResult['kind'];
  readonly othersAnswer?: boolean;
  /** Other parts of the endpoint. */
  readonly change?: Partial<ModelEndpoint>;
}

/** Servers that answer by a script; the first is asked first. */
function needsOf(servers: Readonly<Record<string, Scripted>>): Asked {
  let asked = 0;
  const requests: CompletionRequest[] = [];
  const closed: string[] = [];
  const busy: string[] = [];
  const endpoints = Object.entries(servers).map(([name, script]) => {
    const { results, closeOn, othersAnswer = false, change } = script;
    let calls = 0;
    let isOpen = true;
    return fakeEndpoint({
      name,
      server: {
        ...fakeEndpoint().server,
        async complete(request) {
          requests.push(request);
          const result = results[Math.min(calls, results.length - 1)] ?? answer;
          asked += 1;
          calls += 1;
          if (result instanceof Error) throw result;
          return result;
        },
      },
      breaker: {
        record: (result) => (result.kind === closeOn ? 'model-away' : undefined),
        answers: () => (othersAnswer ? calls : 0),
      },
      state: {
        ...fakeEndpoint().state,
        close: async (reason) => {
          closed.push(`${name} ${reason}`);
          isOpen = false;
        },
      },
      isOpen: () => isOpen,
      noteBusy: () => void busy.push(name),
      ...change,
    });
  });
  return {
    asked: () => asked,
    requests,
    closed,
    busy,
    turns: createTurns(endpoints),
    endpoints,
    strikes: createStrikes(),
    ledger: createFakeLedger([]),
    log: quiet,
    noteModel: () => {},
    toBackoffMs: () => 0,
  };
}

/** One server. */
function needsFor(
  results: readonly (NamedResult | Error)[],
  options: Omit<Scripted, 'results'> = {},
): Asked {
  return needsOf({ gpu: { results, ...options } });
}

function times(count: number, result: NamedResult): readonly NamedResult[] {
  return Array.from({ length: count }, () => result);
}

function ask(needs: AskModelNeeds, signals = never()): ReturnType<typeof askModel> {
  const request = {
    system: '',
    images: [],
    text: 'a mug',
    outputs: [{ name: 'title', header: 'title', list: false }],
    sampling: { maxTokens: 100, temperature: 0, topP: 1 },
  };
  return askModel({ request, weight: 1, signals, place: { batch: '7', line: 2 } }, needs);
}

function never(): { unsent: AbortSignal; all: AbortSignal } {
  return { unsent: new AbortController().signal, all: new AbortController().signal };
}

describe('asking the model about a row', () => {
  it('records a valid answer', async () => {
    const outcome = await ask(needsFor([answer]));
    expect(outcome).toMatchObject({ status: 'done', fields: ['Mug'], modelSeconds: 0.5 });
  });

  it('asks again after a passing failure, and gives up after five', async () => {
    const passing = needsFor([broken, broken, answer]);
    expect(await ask(passing)).toMatchObject({ status: 'done' });
    const lasting = needsFor([broken]);
    expect(await ask(lasting)).toMatchObject({ status: 'failed', fault: broken.fault });
    expect(lasting.asked()).toBe(5);
  });

  it('fails a row at once that the server rejects', async () => {
    const needs = needsFor([{ kind: 'rejected', fault: toFault('E_MODEL_BAD_OUTPUT', {}) }]);
    expect(await ask(needs)).toMatchObject({ status: 'failed' });
    expect(needs.asked()).toBe(1);
  });

  it('gives a row back that the server rejects before it has taken any', async () => {
    const rejected: NamedResult = { kind: 'rejected', fault: toFault('E_MODEL_BAD_OUTPUT', {}) };
    const ledger = createFakeLedger([], {
      noteMistake: async () => ({ verdict: 'again', times: 1 }),
    });
    const needs = { ...needsFor([rejected]), ledger };
    expect(await ask(needs)).toBeUndefined();
    expect(needs.asked()).toBe(1);
  });

  it('asks three times for an answer that fits the columns, and keeps how the last one began', async () => {
    const contents = ['{"other":1}', '', `I can\nnot ${'x'.repeat(5000)}`];
    const needs = needsFor(contents.map((content) => ({ ...answer, content })));
    expect(await ask(needs)).toEqual({
      status: 'failed',
      // What the thread shows has nothing of the answer.
      fault: toFault('E_MODEL_BAD_OUTPUT', {}),
      answer: `I can not ${'x'.repeat(189)}…`,
    });
    expect(needs.asked()).toBe(3);
  });

  it('asks for another answer where one did not fit, also where it was to be the likeliest', async () => {
    const needs = needsFor([{ ...answer, content: 'No.' }]);
    await ask(needs);
    expect(needs.requests.map(({ seed, sampling }) => [seed, sampling.temperature])).toEqual([
      [undefined, 0],
      [1, 0.3],
      [2, 0.3],
    ]);
    expect(new Set(needs.requests.map(({ sampling }) => sampling.maxTokens)).size).toBe(1);
  });

  it('asks for the same answer again where the server gave none', async () => {
    const failed: NamedResult = { kind: 'retry', fault: toFault('E_MODEL_ERROR', {}), afterMs: 0 };
    const needs = needsFor([failed, failed, answer]);
    await ask(needs);
    const [first, ...others] = needs.requests;
    expect(others).toEqual([first, first]);
  });

  it('does not repeat an answer that was cut off, keeps what there is and says what to raise', async () => {
    const needs = needsFor([{ ...answer, content: '{"title":"Mu', truncated: true }]);
    expect(await ask(needs)).toEqual({
      status: 'failed',
      fault: toFault('E_MODEL_ANSWER_CUT', { limit: 100 }),
      fields: ['Mu…'],
    });
    expect(needs.asked()).toBe(1);
  });

  it('keeps how an answer began that was cut off and is not in the columns', async () => {
    const needs = needsFor([{ ...answer, content: 'A mug is a mug is a', truncated: true }]);
    expect(await ask(needs)).toMatchObject({
      fault: { code: 'E_MODEL_ANSWER_CUT' },
      answer: 'A mug is a mug is a',
    });
  });

  it('charges a row nothing while the server is away', async () => {
    const away: NamedResult = { kind: 'away', cause: 'refused' };
    const needs = needsFor([...times(20, away), answer]);
    expect(await ask(needs)).toMatchObject({ status: 'done' });
  });

  it('fails a row in the end whose request alone breaks the connection', async () => {
    const needs = needsFor([{ kind: 'away', cause: 'reset' }], { othersAnswer: true });
    expect(await ask(needs)).toMatchObject({ fault: { code: 'E_MODEL_CONNECTION' } });
    expect(needs.asked()).toBe(5);
  });

  it('waits for a busy server without charging the row, while others are answered', async () => {
    const busy: NamedResult = { kind: 'away', cause: '503', busy: true };
    const results = [...times(20, busy), answer];
    expect(await ask(needsFor(results, { othersAnswer: true }))).toMatchObject({ status: 'done' });
  });

  it('closes the endpoint and gives the row back when the server has gone', async () => {
    const needs = needsFor([{ kind: 'away', cause: 'refused' }], { closeOn: 'away' });
    expect(await ask(needs)).toBeUndefined();
    expect(needs.closed).toEqual(['gpu model-away']);
  });

  it.each<[string, NamedResult]>([
    ['E_MODEL_CONNECTION', { kind: 'away', cause: 'reset' }],
    ['E_MODEL_TIMEOUT', { kind: 'retry', fault: toFault('E_MODEL_TIMEOUT', { seconds: 120 }) }],
    ['E_MODEL_REJECTED', { kind: 'misconfigured', cause: '403 blocked' }],
  ])(
    'fails a row in the end (%s) that closes the endpoint whenever it runs',
    async (code, result) => {
      const needs = needsFor([result], { closeOn: result.kind });
      // A server that answers has been opened again by the next lease.
      const again = { strikes: needs.strikes };
      const lease = () => ask({ ...needsFor([result], { closeOn: result.kind }), ...again });
      for (let count = 1; count < 5; count += 1) expect(await lease()).toBeUndefined();
      expect(await lease()).toMatchObject({ status: 'failed', fault: { code } });
    },
  );

  it('never blames a row for a server that has too much to do', async () => {
    const strikes = createStrikes();
    for (let lease = 1; lease < 10; lease += 1) {
      const needs = needsFor([{ kind: 'away', cause: '429', busy: true }], { closeOn: 'away' });
      expect(await ask({ ...needs, strikes })).toBeUndefined();
      expect(needs.busy).toEqual(['gpu']);
    }
  });

  it('waits for a gate that is out of order', async () => {
    let calls = 0;
    const run: ModelEndpoint['gate']['run'] = async (_job, work) => {
      calls += 1;
      if (calls < 3) throw new Error('Connection is closed.');
      return work();
    };
    const gate = { run, budget: () => 8 };
    expect(await ask(needsFor([answer], { change: { gate } }))).toMatchObject({ status: 'done' });
  });

  it('records an apology for a bug, and does not ask again', async () => {
    const needs = needsFor([new TypeError('x is undefined')]);
    expect(await ask(needs)).toMatchObject({
      fault: { code: 'E_INTERNAL', params: { batch: '7', line: 2 } },
    });
    expect(needs.asked()).toBe(1);
  });

  it('gives the row back when its lease is gone, whether it waited or was under way', async () => {
    const waiting = new AbortController();
    waiting.abort();
    expect(await ask(needsFor([answer]), { ...never(), unsent: waiting.signal })).toBeUndefined();
    const all = new AbortController();
    const complete = async (): Promise<never> => {
      all.abort();
      throw new Error('aborted');
    };
    const server = { ...fakeEndpoint().server, complete };
    const cut = needsFor([answer], { change: { server } });
    expect(await ask(cut, { ...never(), all: all.signal })).toBeUndefined();
  });

  it('gives the row back, too, where nobody can be told that the server has gone', async () => {
    let isOpen = true;
    const close = async (): Promise<never> => {
      isOpen = false;
      throw new Error('Redis is away');
    };
    const change = { state: { ...fakeEndpoint().state, close }, isOpen: () => isOpen };
    const needs = needsFor([{ kind: 'away', cause: 'refused' }], { closeOn: 'away', change });
    expect(await ask(needs)).toBeUndefined();
  });
});

describe('asking one of several model servers', () => {
  const refused: NamedResult = { kind: 'away', cause: 'refused' };

  it('goes on at another one where its own is closed by the row’s result', async () => {
    const needs = needsOf({
      a: { results: [refused], closeOn: 'away' },
      b: { results: [answer] },
    });
    expect(await ask(needs)).toMatchObject({ status: 'done' });
    expect(needs.closed).toEqual(['a model-away']);
  });

  it('gives the row back where the last one is closed', async () => {
    const gone: Scripted = { results: [refused], closeOn: 'away' };
    const needs = needsOf({ a: gone, b: gone });
    expect(await ask(needs)).toBeUndefined();
    expect(needs.closed).toEqual(['a model-away', 'b model-away']);
  });

  it('takes every further try to another one', async () => {
    const calls: string[] = [];
    const script = (name: string): Scripted => ({
      results: [],
      change: {
        server: {
          ...fakeEndpoint().server,
          complete: async () => {
            calls.push(name);
            return broken;
          },
        },
      },
    });
    const needs = needsOf({ a: script('a'), b: script('b') });
    expect(await ask(needs)).toMatchObject({ status: 'failed' });
    expect(calls).toEqual(['a', 'b', 'a', 'b', 'a']);
  });

  it('tells the pace of the one that is busy, and of no other', async () => {
    const needs = needsOf({
      a: { results: [{ kind: 'away', cause: '503', busy: true }] },
      b: { results: [answer] },
    });
    expect(await ask(needs)).toMatchObject({ status: 'done' });
    expect(needs.busy).toEqual(['a']);
  });

  it('blames a row that closes one after the other', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const deadly: Scripted = { results: [{ kind: 'away', cause: 'reset' }], closeOn: 'away' };
    const needs = needsOf(Object.fromEntries(names.map((name) => [name, deadly])));
    expect(await ask(needs)).toMatchObject({ fault: { code: 'E_MODEL_CONNECTION' } });
    expect(needs.closed).toHaveLength(5);
  });
});
