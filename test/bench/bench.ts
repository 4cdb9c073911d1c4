// What a benchmark is: something that can be run and gives a table for people and figures for programs.

export interface BenchOptions {
  /** Rounds that each contender runs, in turns with the others. */
  readonly rounds: number;
}

export interface BenchReport {
  /** The first row names the columns. */
  readonly table: readonly (readonly string[])[];
  /** One object for each further row of the table. */
  readonly results: readonly object[];
  /** How to read the table, and whether a target is met. */
  readonly notes: readonly string[];
}

export interface Bench {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  run(options: BenchOptions): Promise<BenchReport>;
}
