// What other processes say about an endpoint, learnt by looking again and again.

import type { ModelEndpoint } from '../work/ports.ts';
import { pause, unlessAborted } from '../work/pause.ts';

/** Looks from now on, `everyMs` after the last look came back. While Redis is away the last state stands. */
export function followEndpoint(
  { closed }: Pick<ModelEndpoint['state'], 'closed'>,
  everyMs: number,
): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      // A second look while Redis is away would only wait behind the first.
      await unlessAborted(
        closed().catch(() => undefined),
        signal,
      );
      await pause(everyMs, signal);
    }
  };
  const followed = follow();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await followed;
    },
  };
}
