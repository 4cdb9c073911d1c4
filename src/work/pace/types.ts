// What the pace looks at, remembers and says.

import type { ServerLoad } from '../../batch/server-load.ts';

/** One look at the gate and the server, about once a second. */
export interface PaceSample {
  /** Of any clock that only goes forward. */
  readonly atMs: number;
  /** Weight and requests in flight, over all processes. */
  readonly weight: number;
  readonly jobs: number;
  /** Weight of all that ever ended; its growth is the throughput. */
  readonly doneWeight: number;
  /** Busy answers (429, 503) since the last sample. */
  readonly busy: number;
  readonly load?: ServerLoad | undefined;
}

export type PaceCause = 'render' | 'kv' | 'busy' | 'blind';

/** Something that whoever runs the server should know. Given once for each cause. */
export interface PaceNote {
  readonly cause: PaceCause;
  readonly text: string;
}

/** A throughput measured over a full turnover at one budget. */
export interface Mark {
  readonly budget: number;
  /** Tokens per second of the whole server where all its requests come from here, else weight per second. */
  readonly rate: number;
  readonly unit: 'tokens' | 'weight';
  /** A rise from here brought less than this: either it was one too many, or the server has become slower
   *  altogether. Nothing rises before it was measured again. */
  readonly isDoubted?: boolean;
  readonly atMs: number;
}

export interface PaceState {
  readonly budget: number;
  /** The budget is never above it. */
  readonly ceiling: number;
  /** Factor of the next rise, above 1 to 2. */
  readonly growth: number;
  /** The latest samples at this budget, oldest first. */
  readonly recent: readonly PaceSample[];
  /** When the budget was set: what was in flight then has to end before anything can be measured. */
  readonly from?: PaceSample | undefined;
  /** When that had ended. */
  readonly settled?: PaceSample | undefined;
  /** What a rise is held against. */
  readonly mark?: Mark | undefined;
  /** No rise over `budget` before `untilMs`: it led to trouble, or nowhere. */
  readonly lid?: { readonly budget: number; readonly untilMs: number } | undefined;
  readonly last?: PaceSample | undefined;
  /** The last sample with a load. */
  readonly lastLoad?: PaceSample | undefined;
  readonly told: readonly PaceCause[];
}

/** A new budget, not yet rounded or bounded, and how to go on from there. */
export interface Move {
  readonly to: number;
  readonly growth: number;
  readonly lid?: { readonly budget: number; readonly untilMs: number };
  readonly note?: PaceNote;
}
