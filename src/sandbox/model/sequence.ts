// One request in the engine, and how far it is.

import type { Holding } from './kv-cache.ts';
import type { PromptPart } from './prompt-part.ts';

export interface Sequence {
  readonly parts: readonly PromptPart[];
  readonly promptTokens: number;
  /** At least 1. */
  readonly outputTokens: number;
  /** How long it keeps its place after its last token; Infinity: until it is removed. */
  readonly lingersMs: number;
  /** Tokens whose keys and values are in the cache. */
  computed: number;
  generated: number;
  /** Tokens that the step under way computes. */
  scheduled: number;
  /** Parts of the prompt, from the first on, whose pictures went through the ViT. */
  encodedParts: number;
  isLingering: boolean;
  preemptions: number;
  /** Blocks of the cache that it may fill, its shared ones included. */
  blocks: number;
  holding?: Holding | undefined;
  admittedMs?: number;
  firstTokenMs?: number;
  /** Before its first step, with how much of its prompt was cached; not again after a preemption. */
  onAdmitted(cachedTokens: number): void;
  onDone(): void;
}

type NewSequence = Pick<Sequence, 'parts' | 'outputTokens' | 'lingersMs' | 'onAdmitted' | 'onDone'>;

export function createSequence(asked: NewSequence): Sequence {
  return {
    ...asked,
    outputTokens: Math.max(1, asked.outputTokens),
    promptTokens: asked.parts.reduce((sum, { tokens }) => sum + tokens, 0),
    computed: 0,
    generated: 0,
    scheduled: 0,
    encodedParts: 0,
    isLingering: false,
    preemptions: 0,
    blocks: 0,
  };
}

/** Tokens to compute before it can give its next one: 1 while it decodes. After a preemption, what it
 *  had generated is computed again with its prompt. */
export function toPendingTokens({ promptTokens, generated, computed }: Sequence): number {
  return promptTokens + generated - computed;
}

export function isDecoding(sequence: Sequence): boolean {
  return sequence.generated > 0 && toPendingTokens(sequence) === 1;
}
