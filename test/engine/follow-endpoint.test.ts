import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { followEndpoint } from '../../src/engine/follow-endpoint.ts';

/** Looks that the test lets come back. */
function createLooks() {
  const looks: PromiseWithResolvers<undefined>[] = [];
  const closed = (): Promise<undefined> => {
    const look = Promise.withResolvers<undefined>();
    looks.push(look);
    return look.promise;
  };
  return { looks, closed };
}

describe('following an endpoint', () => {
  it('does not look again before the last look has come back, and goes on after one that failed', async () => {
    const { looks, closed } = createLooks();
    await using _ = followEndpoint({ closed }, 1);
    for (let turn = 0; turn < 10; turn += 1) await sleep(2);
    expect(looks).toHaveLength(1);
    looks[0]?.reject(new Error('Redis is away'));
    await vi.waitFor(() => expect(looks).toHaveLength(2));
    looks[1]?.resolve(undefined);
    await vi.waitFor(() => expect(looks).toHaveLength(3));
  });

  it('ends at once, also while a look is under way', async () => {
    const { looks, closed } = createLooks();
    const following = followEndpoint({ closed }, 1);
    await following[Symbol.asyncDispose]();
    expect(looks).toHaveLength(1);
  });
});
