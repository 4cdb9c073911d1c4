import { describe, expect, it } from 'vitest';
import { createStepTries } from '../../src/queue/step-tries.ts';
import { buildDrop, createFixture, startBatch } from './queue-fixture.ts';

describe('the tries of a step', () => {
  it('are counted over all processes, and those that are taken back are not', async () => {
    const { ledger, store } = createFixture();
    const { id } = await ledger.recordDrop(buildDrop());
    const limits = { tries: 3, everyMs: undefined };
    const [one, other] = [createStepTries(store), createStepTries(store)];
    expect(await one.begin('read', id, limits)).toBe(true);
    expect(await other.begin('read', id, limits)).toBe(true);
    await other.takeBack('read', id);
    expect(await one.begin('read', id, limits)).toBe(true);
    expect(await one.begin('read', id, limits)).toBe(true);
    expect(await one.begin('read', id, limits)).toBe(false);
    expect(await other.begin('read', id, limits)).toBe(false);
    expect(await other.begin('finish', id, limits)).toBe(true);
  });

  it('go on rarely where a step must come to its end, and the batch says since when', async () => {
    const { ledger, store } = createFixture();
    const id = await startBatch(ledger, 3);
    const tries = createStepTries(store);
    const begin = (everyMs: number): Promise<boolean> =>
      tries.begin('finish', id, { tries: 1, everyMs });
    expect(await begin(60_000)).toBe(true);
    expect((await ledger.readBatch(id))?.stuckMs).toBeUndefined();
    expect(await begin(60_000)).toBe(false);
    const { stuckMs } = (await ledger.readBatch(id)) ?? {};
    expect(stuckMs).toBeGreaterThan(0);
    expect(await begin(0)).toBe(true);
    expect((await ledger.readBatch(id))?.stuckMs).toBe(stuckMs);
  });

  it('leave nothing behind for a batch that is gone', async () => {
    const { store } = createFixture();
    const tries = createStepTries(store);
    expect(await tries.begin('read', '99', { tries: 0, everyMs: undefined })).toBe(true);
    await tries.takeBack('read', '99');
    expect(await store.redis.exists(store.keys.batch('99', 'record'))).toBe(0);
  });
});
