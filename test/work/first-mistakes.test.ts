import { describe, expect, it } from 'vitest';
import type { Mistake, MistakeVerdict } from '../../src/batch/mistake.ts';
import { toFault } from '../../src/errors.ts';
import { failsAlone } from '../../src/work/first-mistakes.ts';
import { quiet } from './fakes.ts';

const fault = toFault('E_MODEL_REJECTED', { reason: 'too long: 9001 tokens' });

interface Judged {
  readonly fails: boolean;
  readonly noted: readonly Mistake[];
  /** Numbers of tries that were waited after. */
  readonly waits: readonly number[];
}

async function judge(answer: Error | readonly [MistakeVerdict, number]): Promise<Judged> {
  const noted: Mistake[] = [];
  const waits: number[] = [];
  const noteMistake = async (
    _id: string,
    mistake: Mistake,
  ): Promise<{ verdict: MistakeVerdict; times: number }> => {
    noted.push(mistake);
    if (answer instanceof Error) throw answer;
    return { verdict: answer[0], times: answer[1] };
  };
  const toBackoffMs = (attempt: number): number => {
    waits.push(attempt);
    return 0;
  };
  const place = { batch: '7', line: 12 };
  const { signal } = new AbortController();
  const needs = { ledger: { noteMistake }, log: quiet, toBackoffMs };
  return { fails: await failsAlone({ fault, place, signal }, needs), noted, waits };
}

describe('a row that the model server rejects', () => {
  it('is noted with its line, its fault and what it has in common with others', async () => {
    const { noted } = await judge(['again', 1]);
    expect(noted).toEqual([{ line: 12, fault, cause: 'E_MODEL_REJECTED too long: # tokens' }]);
  });

  it('fails where another one has succeeded', async () => {
    expect(await judge(['fails', 0])).toMatchObject({ fails: true, waits: [] });
  });

  it('goes back at once the first time, and later after longer and longer waits', async () => {
    expect(await judge(['again', 1])).toMatchObject({ fails: false, waits: [] });
    expect(await judge(['again', 2])).toMatchObject({ fails: false, waits: [1] });
    expect(await judge(['again', 5])).toMatchObject({ fails: false, waits: [4] });
  });

  it('goes back where its batch is paused for it, and where Redis is away', async () => {
    expect(await judge(['paused', 1])).toMatchObject({ fails: false, waits: [] });
    expect(await judge(new Error('away'))).toMatchObject({ fails: false, waits: [1] });
  });
});
