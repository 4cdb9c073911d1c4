// What goes into the engine's next step, as vLLM decides it: first a token (or the next chunk of the
// prompt) of every running sequence, then waiting ones in order of arrival, within a budget of tokens.

import type { EngineSettings } from './gpu-profiles.ts';
import { toBlocks, type KvCache } from './kv-cache.ts';
import { isDecoding, toPendingTokens, type Sequence } from './sequence.ts';
import { TokenCache } from './token-cache.ts';

/** The work of one step. */
export interface StepLoad {
  decoding: number;
  /** In the contexts of the sequences that decode. */
  contextTokens: number;
  /** Of prompts, computed in the step. */
  promptTokens: number;
  /** Of each picture that goes through the ViT. */
  readonly pictureTokens: number[];
  preempted: number;
}

type SchedulerSettings = Pick<
  EngineSettings,
  'maxNumSeqs' | 'maxNumBatchedTokens' | 'largestPictureTokens'
>;

export class StepScheduler {
  readonly running: Sequence[] = [];
  readonly waiting: Sequence[] = [];
  readonly #settings: SchedulerSettings;
  readonly #kv: KvCache;
  readonly #encoderTokens: number;
  readonly #encoded: TokenCache;
  #tokensLeft = 0;
  #encoderTokensLeft = 0;
  #load = toEmptyLoad();

  constructor(settings: SchedulerSettings, kv: KvCache) {
    this.#settings = settings;
    this.#kv = kv;
    this.#encoderTokens = Math.max(settings.maxNumBatchedTokens, settings.largestPictureTokens);
    this.#encoded = new TokenCache(this.#encoderTokens);
  }

  /** Sets what each running sequence does in the next step. */
  schedule(): StepLoad {
    this.#load = toEmptyLoad();
    this.#tokensLeft = this.#settings.maxNumBatchedTokens;
    this.#encoderTokensLeft = this.#encoderTokens;
    // A preemption takes sequences from the end, while this goes on.
    for (let at = 0; at < this.running.length; at += 1) {
      const sequence = this.running[at];
      if (sequence !== undefined) this.#continue(sequence);
    }
    if (this.#load.preempted === 0) this.#admit();
    return this.#load;
  }

  /** Gives the blocks of a running sequence back. */
  drop(sequence: Sequence): void {
    const at = this.running.indexOf(sequence);
    if (at === -1) return;
    this.running.splice(at, 1);
    this.#release(sequence);
  }

  /** Room for the token that each decoding sequence computes next; it was counted as free before. */
  growDecoding(): void {
    for (const sequence of this.running) {
      if (sequence.scheduled > 0) this.#makeRoom(sequence);
    }
  }

  #continue(sequence: Sequence): void {
    sequence.scheduled = 0;
    if (sequence.isLingering) return;
    const tokens = this.#toChunk(sequence);
    if (tokens === 0 || !this.#makeRoom(sequence, tokens)) return;
    this.#schedule(sequence, tokens);
  }

  #admit(): void {
    for (;;) {
      const [next] = this.waiting;
      if (next === undefined || this.running.length >= this.#settings.maxNumSeqs) return;
      if (this.#tokensLeft === 0 || !this.#start(next)) return;
      this.waiting.shift();
      this.running.push(next);
      if (next.preemptions === 0) next.onAdmitted(next.computed);
    }
  }

  /** Only where the whole prompt fits into the cache. */
  #start(sequence: Sequence): boolean {
    const tokens = toPendingTokens(sequence);
    const holding = this.#kv.hold(sequence.parts, tokens);
    if (holding === undefined) return false;
    sequence.holding = holding;
    sequence.blocks = toBlocks(tokens);
    sequence.computed = holding.cachedTokens;
    const chunk = this.#toChunk(sequence);
    if (chunk === 0) {
      this.#release(sequence);
      sequence.computed = 0;
      return false;
    }
    this.#schedule(sequence, chunk);
    return true;
  }

  #schedule(sequence: Sequence, tokens: number): void {
    sequence.scheduled = tokens;
    this.#tokensLeft -= tokens;
    if (isDecoding(sequence)) {
      this.#load.decoding += 1;
      this.#load.contextTokens += sequence.computed;
    } else this.#load.promptTokens += tokens;
  }

  /** As much of what is pending as the step's budgets leave. */
  #toChunk(sequence: Sequence): number {
    const pending = Math.min(toPendingTokens(sequence), this.#tokensLeft);
    if (pending === 0 || sequence.encodedParts >= sequence.parts.length) return pending;
    return this.#encodePictures(sequence, pending);
  }

  /** A picture goes through the ViT whole, in the step that computes its first token. */
  #encodePictures(sequence: Sequence, pending: number): number {
    const { parts, computed } = sequence;
    let start = 0;
    for (const [index, { key, tokens, picture }] of parts.entries()) {
      const end = start + tokens;
      if (start >= computed + pending) break;
      const isDue = index >= sequence.encodedParts && end > computed;
      if (picture !== undefined && isDue && !this.#encode(key, tokens)) {
        return Math.max(0, start - computed);
      }
      sequence.encodedParts = Math.max(sequence.encodedParts, index + 1);
      start = end;
    }
    return pending;
  }

  #encode(key: string, tokens: number): boolean {
    if (this.#encoded.has(key)) return true;
    if (tokens > this.#encoderTokensLeft) return false;
    this.#encoderTokensLeft -= tokens;
    this.#encoded.add(key, tokens);
    this.#load.pictureTokens.push(tokens);
    return true;
  }

  /** Preempts the last sequences until there is room; false where that was this one. */
  #makeRoom(sequence: Sequence, tokens = 1): boolean {
    const { holding } = sequence;
    if (holding === undefined) return false;
    const missing = toBlocks(sequence.computed + tokens) - sequence.blocks;
    if (missing <= 0) return true;
    while (!this.#kv.grow(holding, missing)) {
      const last = this.running.findLast(({ isLingering }) => !isLingering);
      if (last === undefined) return false;
      this.#preempt(last);
      if (last === sequence) return false;
    }
    sequence.blocks += missing;
    return true;
  }

  #preempt(sequence: Sequence): void {
    this.drop(sequence);
    sequence.computed = 0;
    sequence.preemptions += 1;
    this.#load.preempted += 1;
    this.waiting.unshift(sequence);
  }

  #release(sequence: Sequence): void {
    if (sequence.holding !== undefined) this.#kv.release(sequence.holding, sequence.computed);
    sequence.holding = undefined;
    sequence.blocks = 0;
    sequence.scheduled = 0;
    sequence.encodedParts = 0;
  }
}

function toEmptyLoad(): StepLoad {
  return { decoding: 0, contextTokens: 0, promptTokens: 0, pictureTokens: [], preempted: 0 };
}
