import { describe, expect, it } from 'vitest';
import type { Rules } from '../../src/config/rules.ts';
import { isShownIn, mayControl, seesAll } from '../../src/slack/rights.ts';
import { aBatch, aDrop, noRules } from './support.ts';

const rules: Rules = { ...noRules, operators: ['U0OP'], opsChannel: 'C0OPS' };
const batch = aBatch({ drop: { ...aDrop, team: 'T1', channel: 'C1', user: 'U1' } });

describe('a batch', () => {
  it.each([
    [{ team: 'T1', channel: 'C1', user: 'U2' }, true, 'anybody in its channel'],
    [{ team: 'T1', channel: 'C2', user: 'U1' }, false, 'its uploader in another channel'],
    [{ team: 'T1', channel: 'D9', user: 'U1' }, false, 'its uploader in a direct message'],
    [{ team: 'T1', channel: 'C0OPS', user: 'U2' }, false, 'others in the operators’ channel'],
    [{ team: 'T1', channel: 'C0OPS', user: 'U0OP' }, true, 'an operator in the operators’ channel'],
    [{ team: 'T1', channel: 'D9', user: 'U0OP' }, true, 'an operator in a direct message'],
    [{ team: 'T1', channel: 'C2', user: 'U0OP' }, false, 'an operator in another channel'],
    [{ team: 'T2', channel: 'C1', user: 'U0OP' }, false, 'another workspace'],
  ])('at %j is shown: %s (%s)', (place, shown) => {
    expect(isShownIn(place, batch, rules)).toBe(shown);
  });

  it('is for its uploader and operators to change', () => {
    expect(mayControl(batch, 'U1', rules)).toBe(true);
    expect(mayControl(batch, 'U0OP', rules)).toBe(true);
    expect(mayControl(batch, 'U2', rules)).toBe(false);
    expect(mayControl(batch, 'U0OP', noRules)).toBe(false);
  });

  it('of other channels is in nobody’s sight where there is no operators’ channel', () => {
    expect(seesAll({ channel: 'C1', user: 'U0OP' }, { ...noRules, operators: ['U0OP'] })).toBe(
      false,
    );
  });
});
