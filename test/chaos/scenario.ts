// What a scenario of the fault programme is, and what it reports.

import type { PictureHost } from '../../src/sandbox/pictures/picture-host.ts';
import type { Random } from './random.ts';

/** What a scenario is given. */
export interface Stage {
  /** Of this scenario alone, from the programme's seed. */
  readonly random: Random;
  readonly isLong: boolean;
  readonly pictures: PictureHost;
  /** More settings of the bots. */
  readonly settings: Readonly<Record<string, string>>;
  /** The longest wait for results where a scenario sets none; 90 s unless told. */
  readonly patienceMs?: number;
  /** The results file of a table of so many rows, from a run without faults. */
  undisturbed(rows: number): Promise<Buffer>;
  /** Live progress. */
  say(text: string): void;
}

export interface Outcome {
  /** How often the fault struck. */
  readonly injected: number;
  readonly lost: number;
  readonly doubled: number;
  readonly repeated: number;
  /** Seconds from the end of the fault to the next outcome, the worst of several; undefined where nothing
   *  came any more. */
  readonly recoverS: number | undefined;
  /** Promises that did not hold, a sentence each. */
  readonly broken: readonly string[];
  /** Figures worth reading, a sentence each. */
  readonly notes: readonly string[];
}

export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  /** In the table. */
  readonly fault: string;
  /** What must hold, for `--list`. */
  readonly promise: string;
  /** Why it is known not to hold yet. It is listed, run only when named, and never counts as passed. */
  readonly pending?: string;
  /** Has the machine to itself, since it measures seconds; the others run a few at a time. */
  readonly alone?: true;
  /** Left out of the short profile. */
  readonly longOnly?: true;
  run(stage: Stage): Promise<Outcome>;
}
