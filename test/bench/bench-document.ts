// What the benchmarks have found, as Markdown for people and as one JSON document for programs.

import { availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os';
import type { BenchReport } from './bench.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gb: number;
  readonly platform: string;
  readonly node: string;
  /** ISO 8601, UTC. */
  readonly date: string;
  /** Processes that wanted a core in the minute before. */
  readonly load: number;
}

export interface Finished {
  readonly bench: string;
  readonly report: BenchReport;
}

export interface Failed {
  readonly bench: string;
  readonly error: string;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 1024 ** 3),
    platform: platform(),
    node: process.version,
    date: new Date().toISOString(),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}

/** One flat result for each case, `bench` and `case` first; `failures` only where a benchmark broke off. */
export function buildDocument(
  machine: Machine,
  finished: readonly Finished[],
  failures: readonly Failed[],
): object {
  const results = finished.flatMap(({ bench, report }) =>
    report.results.map((result) => ({ bench, ...result })),
  );
  return { machine, results, ...(failures.length === 0 ? {} : { failures }) };
}

export function showMachine({ cpu, cores, memory_gb, node, date, load }: Machine): string {
  return `${date.slice(0, 10)}, ${cpu}, ${cores} cores, ${memory_gb} GB, Node ${node}, load before ${load}`;
}

/** A heading, the table and the notes, as Markdown. */
export function showReport({ bench, report }: Finished): string {
  return [`### ${bench}`, showTable(report.table), report.notes.join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A table as Markdown, its columns in line. */
export function showTable([header = [], ...rows]: BenchReport['table']): string {
  const widths = header.map((name, column) =>
    Math.max(3, name.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const toLine = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [header, widths.map((width) => '-'.repeat(width)), ...rows].map(toLine).join('\n');
}
