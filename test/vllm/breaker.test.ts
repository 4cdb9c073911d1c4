import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../src/vllm/breaker.ts';
import type { CompletionResult } from '../../src/batch/completion.ts';

const usage = { promptTokens: 1, completionTokens: 1 };
const results = {
  answer: { kind: 'answer', content: '{}', truncated: false, usage, seconds: 1 },
  rejected: {
    kind: 'rejected',
    fault: { code: 'E_MODEL_REJECTED', params: { reason: 'too long' } },
  },
  badOutput: { kind: 'retry', fault: { code: 'E_MODEL_BAD_OUTPUT', params: {} } },
  failed: { kind: 'retry', fault: { code: 'E_MODEL_ERROR', params: {} } },
  late: { kind: 'retry', fault: { code: 'E_MODEL_TIMEOUT', params: { seconds: 120 } } },
  away: { kind: 'away', cause: 'ECONNREFUSED' },
  busy: { kind: 'away', cause: '429', busy: true, afterMs: 1000 },
  refused: { kind: 'misconfigured', cause: '401' },
} as const satisfies Record<string, CompletionResult>;
type Name = keyof typeof results;

/** What the breaker said last after these results, and after how many it first said something. */
function feed(names: readonly Name[]): { reason: string | undefined; at: number } {
  const breaker = createBreaker();
  for (const [index, name] of names.entries()) {
    const reason = breaker.record(results[name]);
    if (reason !== undefined) return { reason, at: index + 1 };
  }
  return { reason: undefined, at: 0 };
}

function times(count: number, ...names: readonly Name[]): Name[] {
  return Array.from({ length: count }, () => names).flat();
}

const quiet = { reason: undefined, at: 0 };

describe('createBreaker', () => {
  it('closes at once when the server refuses key or model', () => {
    expect(feed([...times(50, 'answer'), 'refused'])).toEqual({
      reason: 'model-misconfigured',
      at: 51,
    });
  });

  it.each(['away', 'late'] as const)('closes after three results in a row that are %s', (name) => {
    expect(feed([...times(50, 'answer'), ...times(3, name)])).toEqual({
      reason: 'model-away',
      at: 53,
    });
  });

  it('lets single failures pass', () => {
    expect(feed(times(50, 'away', 'away', 'answer', 'answer', 'answer'))).toEqual(quiet);
  });

  it('never throws a good result away by closing on it', () => {
    expect(feed([...times(8, 'answer'), ...times(11, 'failed'), 'answer'])).toEqual(quiet);
  });

  it('closes when more than half of the last twenty failed', () => {
    expect(feed(times(20, 'failed', 'failed', 'answer'))).toEqual({ reason: 'model-away', at: 20 });
    expect(feed(times(20, 'failed', 'answer'))).toEqual(quiet);
  });

  it('does not take a few rows that break the engine’s answer for a broken server', () => {
    expect(feed([...times(20, 'answer'), ...times(10, 'failed'), 'answer'])).toEqual(quiet);
  });

  it.each(['rejected', 'badOutput'] as const)('is never closed by results that are %s', (name) => {
    expect(feed(times(100, name))).toEqual(quiet);
  });

  it('bears a busy server until it is nothing but busy', () => {
    expect(feed(times(50, ...times(19, 'busy'), 'answer'))).toEqual(quiet);
    expect(feed(times(50, 'busy'))).toEqual({ reason: 'model-away', at: 20 });
  });

  it('starts anew after it has closed', () => {
    const breaker = createBreaker();
    const said = times(4, 'away').map((name) => breaker.record(results[name]));
    expect(said).toEqual([undefined, undefined, 'model-away', undefined]);
  });

  it('counts answers, and nothing else, as answers', () => {
    const breaker = createBreaker();
    for (const name of ['answer', 'rejected', 'badOutput', 'away', 'answer'] as const) {
      breaker.record(results[name]);
    }
    expect(breaker.answers()).toBe(2);
  });

  it('never closes while at least half of the results are good and no three in a row are silent', () => {
    const pairs = fc.array(fc.constantFrom<Name>('away', 'late', 'failed', 'answer'));
    fc.assert(
      fc.property(pairs, (names) => {
        expect(feed(names.flatMap((name): Name[] => [name, 'answer']))).toEqual(quiet);
      }),
    );
  });
});
