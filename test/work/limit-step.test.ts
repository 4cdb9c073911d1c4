import { describe, expect, it } from 'vitest';
import { fail, UserError } from '../../src/errors.ts';
import { limitStep, type LimitStepNeeds } from '../../src/work/limit-step.ts';
import { isOutage, OutageError, toPatient } from '../../src/work/outage-error.ts';
import { quiet } from './fakes.ts';

interface Counted {
  count: number;
  stuck: number;
}

function limit(
  step: (signal: AbortSignal) => Promise<void>,
  counted: Counted,
): (signal?: AbortSignal) => Promise<void> {
  const tries: LimitStepNeeds['tries'] = {
    async begin(_step, _id, { tries: most }) {
      if (counted.count >= most) return false;
      counted.count += 1;
      return true;
    },
    async takeBack() {
      counted.count -= 1;
    },
  };
  const onStuck = async (): Promise<void> => void (counted.stuck += 1);
  const limited = limitStep((_id, signal) => step(signal), {
    name: 'read',
    tries,
    noteDisk: async () => {},
    log: quiet,
    onStuck,
  });
  return (signal = new AbortController().signal) => limited('7', signal);
}

const meetBug = async (): Promise<never> => {
  throw new TypeError('cannot read properties of undefined');
};

const meetOutage = async (): Promise<never> => {
  throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
};

describe('a step with limited tries', () => {
  it('is given up when it has met a bug eight times', async () => {
    const counted = { count: 0, stuck: 0 };
    const run = limit(meetBug, counted);
    for (let time = 0; time < 8; time += 1) await expect(run()).rejects.toThrow(TypeError);
    expect(counted.stuck).toBe(0);
    await run();
    expect(counted).toEqual({ count: 8, stuck: 1 });
  });

  it('is not given up for outages, for the end of its process, or for what went well', async () => {
    const counted = { count: 0, stuck: 0 };
    const ending = AbortSignal.abort();
    for (let time = 0; time < 20; time += 1) {
      await expect(limit(meetOutage, counted)()).rejects.toThrow('refused');
      await expect(limit(meetBug, counted)(ending)).rejects.toThrow(TypeError);
      await limit(async () => {}, counted)();
    }
    expect(counted).toEqual({ count: 0, stuck: 0 });
  });

  it('counts what kills its process: nobody takes that back', async () => {
    const counted = { count: 0, stuck: 0 };
    for (let time = 0; time < 8; time += 1) void limit(() => new Promise(() => {}), counted)();
    await limit(async () => {}, counted)();
    expect(counted).toEqual({ count: 8, stuck: 1 });
  });
});

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

/** A call to somebody else that fails like this. */
const throwing = (error: Error): Promise<never> => {
  const call = async (): Promise<never> => {
    throw error;
  };
  return toPatient(call)();
};

describe('an outage', () => {
  it('is told from a bug', () => {
    expect(isOutage(coded('ENOSPC'))).toBe(true);
    expect(isOutage(new Error('wrapped', { cause: coded('UND_ERR_SOCKET') }))).toBe(true);
    expect(isOutage(coded('slack_webapi_http_error'))).toBe(true);
    for (const word of ['OOM', 'MISCONF', 'READONLY', 'LOADING', 'NOREPLICAS', 'NOPERM']) {
      const refused = Object.assign(new Error(`${word} said Redis`), { name: 'ReplyError' });
      expect([word, isOutage(refused)]).toEqual([word, true]);
    }
    expect(isOutage(coded('ERR_INVALID_ARG_TYPE'))).toBe(false);
    expect(isOutage(new RangeError('too long'))).toBe(false);
    expect(isOutage(new Error('rows do not add up'))).toBe(false);
    expect(isOutage('text')).toBe(false);
  });

  it('is what goes wrong at somebody else, but for a mistake of ours or a sentence for the person', async () => {
    await expect(throwing(new Error('Slack answered 503'))).rejects.toThrow(OutageError);
    const broken = new TypeError('fetch failed', { cause: new Error('reset') });
    await expect(throwing(broken)).rejects.toThrow(OutageError);
    await expect(throwing(new TypeError('x is not a function'))).rejects.toThrow(TypeError);
    const refused = toPatient(async () => fail('E_FILE_GONE', {}))();
    await expect(refused).rejects.toThrow(UserError);
  });
});
