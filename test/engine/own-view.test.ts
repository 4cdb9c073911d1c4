import { describe, expect, it } from 'vitest';
import type { RowEdge } from '../../src/engine/engine.ts';
import { toOwnView } from '../../src/engine/own-view.ts';
import type { Ledger } from '../../src/work/ports.ts';
import { createFakeLedger, rowsOf, type FakeLedger } from '../work/fakes.ts';

const ref = { batchId: '7', chunk: 0, token: 'token' };

/** A ledger with one chunk to give out, seen by a process with two servers. */
function view(edges: Partial<RowEdge> = {}): {
  ledger: Ledger;
  whole: FakeLedger;
  open: boolean[];
} {
  const open = [false, false];
  const endpoints = open.map((_, at) => ({ isOpen: () => open[at] === true }));
  const whole = createFakeLedger(rowsOf(2));
  return {
    ledger: toOwnView<Ledger>(whole, { endpoints, edges: { onOutcome: () => {}, ...edges } }),
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

describe('a process that is watched', () => {
  it('tells when it looks for rows, gets some, gives them back, and loses them, each once', async () => {
    const told: string[] = [];
    const { ledger, whole, open } = view({
      onLook: () => told.push('look'),
      onLeased: () => told.push('leased'),
      onReleased: () => told.push('released'),
      onLost: () => told.push('lost'),
    });
    await ledger.lease('w');
    open[0] = true;
    await ledger.lease('w');
    whole.renewal = 'lost';
    await ledger.renew([ref]);
    await ledger.renew([ref]);
    await ledger.release(ref);
    expect(told).toEqual(['look', 'look', 'leased', 'lost', 'released']);
  });
});
