// The KV cache: blocks of 16 tokens, shared by sequences whose prompts begin alike. What no sequence
// holds any more stays findable until its blocks are needed; what was let go of first goes first.

import type { PromptPart } from './prompt-part.ts';

export const blockTokens = 16;

/** The blocks of one part of a prompt, behind the parts before it. */
interface Stretch {
  readonly key: string;
  readonly before: Stretch | undefined;
  readonly behind: Map<string, Stretch>;
  readonly endTokens: number;
  readonly blocks: number;
  holders: number;
}

/** What one sequence holds. */
export interface Holding {
  readonly stretches: readonly Stretch[];
  /** Tokens at the start of the prompt that were there already; whole blocks, and never the last token,
   *  which must be computed for the model to go on from. */
  readonly cachedTokens: number;
  ownBlocks: number;
}

export class KvCache {
  readonly #blocks: number;
  readonly #root: Stretch = toStretch({ key: '', tokens: 0 }, undefined);
  /** Held by nobody; those let go of first come first, and those behind before those before. */
  readonly #unheld = new Set<Stretch>();
  #heldBlocks = 0;
  #peakBlocks = 0;
  #unheldBlocks = 0;

  constructor(tokens: number) {
    this.#blocks = Math.floor(tokens / blockTokens);
  }

  get blocks(): number {
    return this.#blocks;
  }

  get heldBlocks(): number {
    return this.#heldBlocks;
  }

  /** The most that were ever held. */
  get peakBlocks(): number {
    return this.#peakBlocks;
  }

  get freeBlocks(): number {
    return this.#blocks - this.#heldBlocks;
  }

  /** Takes the blocks for a sequence of so many tokens that begins with this prompt; undefined where
   *  they are not free. */
  hold(prompt: readonly PromptPart[], tokens: number): Holding | undefined {
    const known = this.#find(prompt);
    const ends = toEnds(prompt);
    const promptBlocks = Math.floor((ends.at(-1) ?? 0) / blockTokens);
    const ownBlocks = toBlocks(tokens) - promptBlocks;
    const heldByOthers = sum(known.map(({ holders, blocks }) => (holders > 0 ? blocks : 0)));
    if (promptBlocks - heldByOthers + ownBlocks > this.freeBlocks) return undefined;
    const stretches = this.#holdAll(prompt, known);
    this.#heldBlocks += ownBlocks;
    this.#evict();
    const cached = known.at(-1)?.endTokens ?? 0;
    return { stretches, ownBlocks, cachedTokens: toWholeBlocks(Math.min(cached, tokens - 1)) };
  }

  /** Lets the sequence grow by so many blocks; false, and nothing happens, where they are not free. */
  grow(holding: Holding, blocks: number): boolean {
    if (blocks > this.freeBlocks) return false;
    holding.ownBlocks += blocks;
    this.#heldBlocks += blocks;
    this.#evict();
    return true;
  }

  /** What was computed of the prompt, up to `computedTokens`, can still be found. */
  release({ stretches, ownBlocks }: Holding, computedTokens: number): void {
    this.#heldBlocks -= ownBlocks;
    for (const stretch of stretches.toReversed()) {
      stretch.holders -= 1;
      if (stretch.holders > 0) continue;
      this.#heldBlocks -= stretch.blocks;
      if (toWholeBlocks(stretch.endTokens) > computedTokens) {
        stretch.before?.behind.delete(stretch.key);
        continue;
      }
      this.#unheldBlocks += stretch.blocks;
      this.#unheld.add(stretch);
    }
  }

  #find(prompt: readonly PromptPart[]): Stretch[] {
    const found: Stretch[] = [];
    let at = this.#root;
    for (const { key } of prompt) {
      const next = at.behind.get(key);
      if (next === undefined) break;
      found.push(next);
      at = next;
    }
    return found;
  }

  #holdAll(prompt: readonly PromptPart[], known: readonly Stretch[]): Stretch[] {
    let before = this.#root;
    return prompt.map((part, index) => {
      const stretch = known[index] ?? toStretch(part, before);
      before.behind.set(part.key, stretch);
      before = stretch;
      if (stretch.holders === 0) this.#heldBlocks += stretch.blocks;
      if (this.#unheld.delete(stretch)) this.#unheldBlocks -= stretch.blocks;
      stretch.holders += 1;
      return stretch;
    });
  }

  #evict(): void {
    this.#peakBlocks = Math.max(this.#peakBlocks, this.#heldBlocks);
    for (const stretch of this.#unheld) {
      if (this.#unheldBlocks <= this.freeBlocks) return;
      this.#unheld.delete(stretch);
      this.#unheldBlocks -= stretch.blocks;
      stretch.before?.behind.delete(stretch.key);
    }
  }
}

export function toBlocks(tokens: number): number {
  return Math.ceil(tokens / blockTokens);
}

function toWholeBlocks(tokens: number): number {
  return Math.floor(tokens / blockTokens) * blockTokens;
}

function toStretch({ key, tokens }: PromptPart, before: Stretch | undefined): Stretch {
  const startTokens = before?.endTokens ?? 0;
  const endTokens = startTokens + tokens;
  const blocks = Math.floor(endTokens / blockTokens) - Math.floor(startTokens / blockTokens);
  return { key, before, behind: new Map(), endTokens, blocks, holders: 0 };
}

function toEnds(prompt: readonly PromptPart[]): number[] {
  let end = 0;
  return prompt.map(({ tokens }) => (end += tokens));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
