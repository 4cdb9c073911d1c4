// A look that is taken again and again, as long as it is wanted.

import { pause } from './pause.ts';

export interface Looking extends AsyncDisposable {
  /** Takes the next look now; after the one that is under way, if one is. */
  wake(): void;
}

/** Looks at once and from then on. `look`, and `onError` where that rejects, give the milliseconds until the next look.
 *  Disposing waits for the one that is under way. */
export function keepLooking(
  look: () => Promise<number>,
  onError: (error: unknown) => number,
): Looking {
  const stopping = new AbortController();
  let alarm = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      alarm = new AbortController();
      const waitMs = await look().catch(onError);
      await pause(waitMs, alarm.signal).catch(() => undefined);
    }
  };
  const running = run();
  return {
    wake: () => alarm.abort(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      alarm.abort();
      await running;
    },
  };
}
