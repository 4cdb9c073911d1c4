// An engine that takes the same time for a request whatever else goes on: it admits in order of arrival,
// at most so many at once, and holds each for as long as the profile says.

import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { toBusyError } from './api-error.ts';
import { createTotals, type Engine, type OnSteps, type Timing, type Work } from './engine.ts';
import { countTokens, type PromptPart } from './prompt-part.ts';
import { TokenCache } from './token-cache.ts';

/** How long things take, whatever else goes on. */
export interface FixedTimes {
  readonly imageMs: number;
  readonly tokenMs: number;
  /** Requests that run at once (`--max-num-seqs`). */
  readonly maxRunning: number;
  /** Running and waiting together, above which 503 is answered (`--max-num-queued-reqs`). */
  readonly maxQueued?: number;
}

export const fixedProfiles = {
  instant: { imageMs: 0, tokenMs: 0, maxRunning: 256 },
  steady: { imageMs: 60, tokenMs: 2, maxRunning: 16 },
} as const satisfies Record<string, FixedTimes>;

const cacheTokens = 131_072;
const rememberedPictureTokens = 4_000_000;

export class FixedTimeEngine implements Engine {
  readonly #times: FixedTimes;
  readonly #onSteps: OnSteps;
  readonly totals = createTotals();
  readonly cacheTokens = cacheTokens;
  readonly encoderTokens = Infinity;
  readonly #queue = new Set<() => void>();
  readonly #pictures = new TokenCache(rememberedPictureTokens);
  #running = 0;
  #heldTokens = 0;

  constructor(times: FixedTimes, onSteps: OnSteps = () => {}) {
    this.#times = times;
    this.#onSteps = onSteps;
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
    if (this.running + this.waiting >= (this.#times.maxQueued ?? Infinity)) throw toBusyError();
    const arrived = performance.now();
    const pictures = work.parts.filter(({ picture }) => picture !== undefined);
    for (const picture of pictures) this.#lookUp(picture);
    await this.#enter(signal);
    const promptTokens = countTokens(work.parts);
    const tokens = promptTokens + work.completionTokens;
    this.#heldTokens += tokens;
    try {
      const prefillMs = pictures.length * this.#times.imageMs;
      const decodeMs = work.completionTokens * this.#times.tokenMs + work.extraMs;
      const queuedMs = performance.now() - arrived;
      await waitFor(prefillMs + decodeMs, signal);
      this.#count(work, promptTokens, decodeMs);
      return { renderMs: 0, queuedMs, prefillMs, decodeMs };
    } finally {
      this.#heldTokens -= tokens;
      this.#leave();
    }
  }

  #count({ completionTokens }: Work, promptTokens: number, decodeMs: number): void {
    this.totals.prefixQueries += promptTokens;
    this.totals.promptTokens += promptTokens;
    this.totals.generatedTokens += completionTokens;
    if (completionTokens > 1) {
      this.#onSteps(decodeMs / (completionTokens - 1), completionTokens - 1);
    }
  }

  #lookUp({ key, tokens }: PromptPart): void {
    this.totals.pictureQueries += 1;
    if (this.#pictures.has(key)) this.totals.pictureHits += 1;
    else this.#pictures.add(key, tokens);
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
