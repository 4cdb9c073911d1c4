import { describe, expect, it } from 'vitest';
import { toOwnView } from '../../src/engine/own-view.ts';
import type { Ledger } from '../../src/work/ports.ts';
import { createFakeLedger, rowsOf, type FakeLedger } from '../work/fakes.ts';

const ref = { batchId: '7', chunk: 0, token: 'token' };

/** A ledger with one chunk to give out, seen by a process with two servers. */
function view(): { ledger: Ledger; whole: FakeLedger; open: boolean[] } {
  const open = [false, false];
  const endpoints = open.map((_, at) => ({ isOpen: () => open[at] === true }));
  const whole = createFakeLedger(rowsOf(2));
  return {
    ledger: toOwnView<Ledger>(whole, { endpoints, edges: { onOutcome: () => {} } }),
    whole,
    open,
  };
}

describe('a process none of whose servers is open', () => {
  it('leases nothing, and goes on when one of them opens', async () => {
    const { ledger, open } = view();
    expect(await ledger.lease('w')).toBeUndefined();
    open[1] = true;
    expect(await ledger.lease('w')).toMatchObject({ batchId: '7' });
  });

  it('gives back what it holds, as if its batch were paused', async () => {
    const { ledger, whole, open } = view();
    expect(await ledger.renew([ref])).toEqual(['paused']);
    whole.renewal = 'cancelled';
    expect(await ledger.renew([ref])).toEqual(['cancelled']);
    whole.renewal = 'held';
    open[0] = true;
    expect(await ledger.renew([ref])).toEqual(['held']);
  });
});
