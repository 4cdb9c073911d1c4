// A batch that waits for room on a disk, over all processes.

import { describe, expect, it, vi } from 'vitest';
import { createNoteDisk } from '../../src/queue/note-disk.ts';
import { createStepTries } from '../../src/queue/step-tries.ts';
import { limitStep } from '../../src/work/limit-step.ts';
import { quiet } from '../work/fakes.ts';
import { buildDrop, createFixture, startBatch } from './queue-fixture.ts';

const { signal } = new AbortController();

function failWith(code: string): () => Promise<never> {
  return async () => {
    throw new Error('the file was not written', { cause: Object.assign(new Error('x'), { code }) });
  };
}

describe('a batch whose step meets a full disk', () => {
  it('knows since when, until the step meets something else or comes to its end', async () => {
    const { ledger, store } = createFixture();
    const id = await startBatch(ledger, 3);
    const since = async (): Promise<number | undefined> => (await ledger.readBatch(id))?.diskFullMs;
    const needs = { name: 'finish', log: quiet, tries: createStepTries(store) };
    const run = (step: () => Promise<void>, stop = signal): Promise<void> =>
      limitStep(step, { ...needs, noteDisk: createNoteDisk(store) })(id, stop);

    await expect(run(failWith('ENOSPC'))).rejects.toThrow('not written');
    const first = await since();
    expect(first).toBeGreaterThan(0);
    await expect(run(failWith('EDQUOT'))).rejects.toThrow('not written');
    // It ends with its process, and says nothing of the disk.
    await expect(run(failWith('ECONNRESET'), AbortSignal.abort())).rejects.toThrow('not written');
    expect(await since()).toBe(first);
    await expect(run(failWith('ECONNRESET'))).rejects.toThrow('not written');
    expect(await since()).toBeUndefined();

    await expect(run(failWith('ENOSPC'))).rejects.toThrow('not written');
    expect(await since()).toBeGreaterThanOrEqual(first ?? 0);
    await run(async () => {});
    expect(await since()).toBeUndefined();
  });

  it('announces it once, so that its thread is told at once', async () => {
    const { ledger, store } = createFixture();
    const id = await startBatch(ledger, 3);
    const told: string[] = [];
    ledger.onChanged((changed) => told.push(changed));
    // Subscribing is under way, and announcements come in their order.
    const heardAnother = async (): Promise<void> => {
      const another = await ledger.recordDrop(buildDrop());
      await ledger.setLanguage(another.id, 'zh');
      await expect.poll(() => told).toContain(another.id);
    };
    await vi.waitFor(heardAnother);
    const noteDisk = createNoteDisk(store);
    for (const isFull of [true, true, false, false]) await noteDisk(id, isFull);
    await vi.waitFor(heardAnother);
    expect(told.filter((each) => each === id)).toHaveLength(2);
  });

  it('leaves nothing behind where it is gone', async () => {
    const { store } = createFixture();
    await createNoteDisk(store)('99', true);
    expect(await store.redis.exists(store.keys.batch('99', 'record'))).toBe(0);
  });
});
