// The part of the model server that takes time: admits requests in the order in which they came, at
// most so many at once, and holds each for as long as the profile says.

import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** What a request asks of the engine. */
export interface Work {
  readonly pictures: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Added on top, in milliseconds; Infinity holds the request until it is aborted. */
  readonly extraMs: number;
}

/** Milliseconds that a request spent in each part of the engine. */
export interface Timing {
  readonly queuedMs: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

export interface Engine {
  /** Resolves when the last token is there. Rejects with the signal's reason, and frees the place at
   *  once, when it is aborted. */
  run(work: Work, signal: AbortSignal): Promise<Timing>;
  readonly running: number;
  readonly waiting: number;
  /** Tokens of the running requests that are held in the cache. */
  readonly heldTokens: number;
}

/** How long things take, whatever else goes on. */
export interface FixedTimes {
  readonly imageMs: number;
  readonly tokenMs: number;
  /** Requests that run at once (`--max-num-seqs`). */
  readonly maxRunning: number;
}

export const profiles = {
  instant: { imageMs: 0, tokenMs: 0, maxRunning: 256 },
  steady: { imageMs: 60, tokenMs: 2, maxRunning: 16 },
} as const satisfies Record<string, FixedTimes>;

export type ProfileName = keyof typeof profiles;

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}

export class FixedTimeEngine implements Engine {
  readonly #times: FixedTimes;
  readonly #queue = new Set<() => void>();
  #running = 0;
  #heldTokens = 0;

  constructor(times: FixedTimes) {
    this.#times = times;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  get heldTokens(): number {
    return this.#heldTokens;
  }

  async run(work: Work, signal: AbortSignal): Promise<Timing> {
    signal.throwIfAborted();
    const arrived = performance.now();
    await this.#enter(signal);
    const tokens = work.promptTokens + work.completionTokens;
    this.#heldTokens += tokens;
    try {
      const prefillMs = work.pictures * this.#times.imageMs;
      const decodeMs = work.completionTokens * this.#times.tokenMs + work.extraMs;
      const queuedMs = performance.now() - arrived;
      await waitFor(prefillMs + decodeMs, signal);
      return { queuedMs, prefillMs, decodeMs };
    } finally {
      this.#heldTokens -= tokens;
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (this.#running < this.#times.maxRunning) {
      this.#running += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      this.#queue.delete(resolve);
      reject(signal.reason);
    };
    this.#queue.add(resolve);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** The place goes to the next in the queue without becoming free in between. */
  #leave(): void {
    const [next] = this.#queue;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#queue.delete(next);
    next();
  }
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms === 0) return;
  try {
    await (ms === Infinity ? once(signal, 'abort') : pause(ms, undefined, { signal }));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  signal.throwIfAborted();
}
