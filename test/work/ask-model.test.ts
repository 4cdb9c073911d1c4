import { describe, expect, it } from 'vitest';
import type { NamedResult } from '../../src/batch/completion.ts';
import { toFault } from '../../src/errors.ts';
import { askModel, type AskModelNeeds } from '../../src/work/ask-model.ts';
import type { Log } from '../../src/logger.ts';
import { createStrikes } from '../../src/work/strikes.ts';

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
const quiet: Log = { info() {}, warn() {}, error() {} };

/** A server that gives these results one after the other, the last one for ever. */
function needsFor(
  results: readonly (NamedResult | Error)[],
  options: { closeOn?: NamedResult['kind']; othersAnswer?: boolean } = {},
): AskModelNeeds & { asked: () => number; closed: () => readonly string[] } {
  let asked = 0;
  let answers = 0;
  const closed: string[] = [];
  return {
    asked: () => asked,
    closed: () => closed,
    gate: { run: async (_job, work) => work() },
    server: {
      async complete() {
        const result = results[Math.min(asked, results.length - 1)] ?? answer;
        asked += 1;
        if (options.othersAnswer === true) answers += 1;
        if (result instanceof Error) throw result;
        return result;
      },
    },
    breaker: {
      record: (result) => (result.kind === options.closeOn ? 'model-away' : undefined),
      answers: () => answers,
    },
    endpoint: {
      close: async (reason) => void closed.push(reason),
      open: async () => {},
      closed: async () => undefined,
    },
    strikes: createStrikes(),
    log: quiet,
    noteModel: () => {},
    toBackoffMs: () => 0,
  };
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

  it('asks three times for an answer that fits the columns', async () => {
    const needs = needsFor([{ ...answer, content: '{"other":1}' }]);
    expect(await ask(needs)).toMatchObject({ fault: { code: 'E_MODEL_BAD_OUTPUT' } });
    expect(needs.asked()).toBe(3);
  });

  it('does not repeat an answer that was cut off, and says what to raise', async () => {
    const needs = needsFor([{ ...answer, content: '{"title":"Mu', truncated: true }]);
    expect(await ask(needs)).toMatchObject({
      fault: { code: 'E_MODEL_ANSWER_CUT', params: { limit: 100 } },
    });
    expect(needs.asked()).toBe(1);
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
    expect(needs.closed()).toEqual(['model-away']);
  });

  it.each<[string, NamedResult]>([
    ['E_MODEL_CONNECTION', { kind: 'away', cause: 'reset' }],
    ['E_MODEL_TIMEOUT', { kind: 'retry', fault: toFault('E_MODEL_TIMEOUT', { seconds: 120 }) }],
    ['E_MODEL_REJECTED', { kind: 'misconfigured', cause: '403 blocked' }],
  ])(
    'fails a row in the end (%s) that closes the endpoint whenever it runs',
    async (code, result) => {
      const needs = needsFor([result], { closeOn: result.kind });
      for (let lease = 1; lease < 5; lease += 1) expect(await ask(needs)).toBeUndefined();
      expect(await ask(needs)).toMatchObject({ status: 'failed', fault: { code } });
      expect(needs.closed()).toHaveLength(5);
    },
  );

  it('never blames a row for a server that has too much to do', async () => {
    const needs = needsFor([{ kind: 'away', cause: '429', busy: true }], { closeOn: 'away' });
    for (let lease = 1; lease < 10; lease += 1) expect(await ask(needs)).toBeUndefined();
  });

  it('waits for a gate that is out of order', async () => {
    const needs = needsFor([answer]);
    let calls = 0;
    const run: typeof needs.gate.run = async (_job, work) => {
      calls += 1;
      if (calls < 3) throw new Error('Connection is closed.');
      return work();
    };
    expect(await ask({ ...needs, gate: { run } })).toMatchObject({ status: 'done' });
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
    const needs = needsFor([answer]);
    const complete = async (): Promise<never> => {
      all.abort();
      throw new Error('aborted');
    };
    const cut = { ...needs, server: { ...needs.server, complete } };
    expect(await ask(cut, { ...never(), all: all.signal })).toBeUndefined();
  });
});
