// What is asked of the model server for one row, and what it did with it.

import type { Fault } from '../errors.ts';
import type { OutputColumn, Sampling } from './recipe.ts';
import type { TokenUsage } from './row.ts';

/** A picture ready for the model: JPEG, upright, without metadata, sides in multiples of 32. */
export interface PreparedImage {
  readonly bytes: Buffer;
  /** sha256 of `bytes`, hex. */
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  /** Set where the model sees the first frame of several. */
  readonly warning?: 'animated';
}

export interface CompletionRequest {
  /** The same for every row of a batch, so that the server computes it once. */
  readonly system: string;
  readonly images: readonly Pick<PreparedImage, 'bytes' | 'hash'>[];
  /** Follows the images; may be ''. */
  readonly text: string;
  readonly outputs: readonly OutputColumn[];
  readonly sampling: Sampling;
  /** For another answer than the server would give without it: a number from 1. */
  readonly seed?: number;
}

export type CompletionResult =
  | {
      readonly kind: 'answer';
      readonly content: string;
      /** True when the text was cut off, by max_tokens or because it went round in circles. */
      readonly truncated: boolean;
      readonly usage: TokenUsage;
      readonly seconds: number;
    }
  /** This request is wrong for this server; never to be repeated. */
  | { readonly kind: 'rejected'; readonly fault: Fault }
  /** May succeed another time; the cause may lie in the row. */
  | { readonly kind: 'retry'; readonly fault: Fault; readonly afterMs?: number }
  /** The server is away; `busy`: it is there and has too much to do. The row is not to blame. */
  | {
      readonly kind: 'away';
      readonly cause: string;
      readonly afterMs?: number;
      readonly busy?: boolean;
    }
  /** Every request like it will be refused until an administrator mends something. */
  | { readonly kind: 'misconfigured'; readonly cause: string };

type Answer = Extract<CompletionResult, { kind: 'answer' }>;

/** The same with the name under which the model was asked. */
export type NamedResult = Exclude<CompletionResult, Answer> | (Answer & { readonly model: string });
