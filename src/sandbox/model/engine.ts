// The part of the model server that takes time, as the rest of the server sees it.

import type { PromptPart } from './prompt-part.ts';

/** What a request asks of the engine. */
export interface Work {
  /** The prompt, in order. */
  readonly parts: readonly PromptPart[];
  readonly completionTokens: number;
  /** Added on top, in milliseconds; Infinity holds the request until it is aborted. */
  readonly extraMs: number;
}

/** Milliseconds that a request spent in each part of the server. */
export interface Timing {
  /** Before the engine heard of it. */
  readonly renderMs: number;
  readonly queuedMs: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/** Counted since the start. */
export interface EngineTotals {
  preemptions: number;
  promptTokens: number;
  generatedTokens: number;
  /** Tokens of prompts, and how many of them were cached. */
  prefixQueries: number;
  prefixHits: number;
  /** Pictures, and how many of them were processed already. */
  pictureQueries: number;
  pictureHits: number;
}

export function createTotals(): EngineTotals {
  return {
    preemptions: 0,
    promptTokens: 0,
    generatedTokens: 0,
    prefixQueries: 0,
    prefixHits: 0,
    pictureQueries: 0,
    pictureHits: 0,
  };
}

/** Hears how long a step took and how many tokens were decoded in it, each the next of a request. */
export type OnSteps = (durationMs: number, tokens: number) => void;

export interface Engine {
  /** Resolves when the last token is there. Rejects with the signal's reason, and frees the place at
   *  once, when it is aborted; with the ApiError to answer with where too many are queued already. */
  run(work: Work, signal: AbortSignal): Promise<Timing>;
  readonly running: number;
  readonly waiting: number;
  /** Tokens of the running requests that are held in the cache. */
  readonly heldTokens: number;
  /** Tokens that the cache can hold. */
  readonly cacheTokens: number;
  /** Tokens of the largest picture that it takes. */
  readonly encoderTokens: number;
  readonly totals: EngineTotals;
}
