// Calls that Slack turns down for now are made again when it says: nothing was done.

import { toSlackFailure } from './slack-failure.ts';

const rounds = 5;

/** Rejects with what the client threw: what is no 429 at once, and the fifth 429. */
export async function patiently<Result>(
  call: () => Promise<Result>,
  wait: (ms: number) => Promise<unknown>,
): Promise<Result> {
  for (let round = 1; ; round += 1) {
    try {
      return await call();
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind !== 'rate-limited' || round === rounds) throw error;
      await wait(failure.afterMs);
    }
  }
}
