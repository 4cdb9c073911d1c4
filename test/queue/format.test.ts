import { describe, expect, it } from 'vitest';
import { findFormatProblem } from '../../src/queue/format.ts';
import { createFixture } from './queue-fixture.ts';

describe('the form of what is kept in Redis', () => {
  it('is noted by the first process, and all of its version agree', async () => {
    const { store, server } = createFixture();
    const found = await Promise.all([findFormatProblem(store), findFormatProblem(store)]);
    expect([...found, await findFormatProblem(store)]).toEqual([undefined, undefined, undefined]);
    expect(await server.keys()).toEqual([store.keys.shared('format')]);
  });

  it.each(['0', '2', 'what a later version may write'])(
    'is not taken over from another version: %s',
    async (other) => {
      const { store } = createFixture();
      const key = store.keys.shared('format');
      await store.redis.set(key, other);
      const problem = await findFormatProblem(store);
      expect(problem).toContain(`form ${other}`);
      expect(problem).toContain(store.keys.prefix);
      expect(await store.redis.get(key)).toBe(other);
    },
  );
});
