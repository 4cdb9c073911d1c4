import { expect, it, onTestFinished, vi } from 'vitest';
import { connectFixture, createFixture, startBatch } from './queue-fixture.ts';

it.each([-60_000, 60_000, 7_200_000])(
  'a worker whose clock is %i ms off takes no lease from others and keeps its own',
  async (offMs) => {
    const { ledger, server } = createFixture();
    const id = await startBatch(ledger, 60);
    const first = await ledger.lease('right');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs });
    onTestFinished(() => void vi.useRealTimers());
    const { ledger: other } = connectFixture(server.url, server.prefix);
    const second = await other.lease('wrong');
    if (first === undefined || second === undefined) throw new Error('Nothing to lease');
    expect(new Set([first.chunk, second.chunk])).toEqual(new Set([0, 1]));
    expect(await other.lease('wrong')).toBeUndefined();
    expect(await other.renew([first, second])).toEqual(['held', 'held']);
    expect((await ledger.readBatch(id))?.counts).toMatchObject({ pending: 0, running: 60 });
  },
);
