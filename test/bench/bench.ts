// What a benchmark is: something that can be run and gives a table for people and figures for programs.

export interface BenchOptions {
  /** Rounds that each contender runs, in turns with the others; undefined: the benchmark's own number. */
  readonly rounds: number | undefined;
  /** Every profile and size. */
  readonly full: boolean;
  /** Tells the person at the terminal how it goes, a line at a time. */
  say(line: string): void;
}

/** One case, flat: figures of Darkroom and of its peers as fields, named in snake_case with their units. */
export interface BenchResult {
  readonly case: string;
  readonly [field: string]: string | number | boolean | null;
}

export interface BenchReport {
  /** The first row names the columns. */
  readonly table: readonly (readonly string[])[];
  /** One for each further row of the table. */
  readonly results: readonly BenchResult[];
  /** How to read the table, and whether a target is met. */
  readonly notes: readonly string[];
}

export interface Bench {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  run(options: BenchOptions): Promise<BenchReport>;
}
