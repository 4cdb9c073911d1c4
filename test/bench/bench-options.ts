// The command line of `npm run bench` as a value.

import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';

export interface CommandLine {
  readonly help: boolean;
  readonly json: boolean;
  readonly full: boolean;
  readonly rounds: number | undefined;
  /** In the order in which they are to run. */
  readonly benches: readonly Bench[];
}

/** Without a name every benchmark runs. Throws an Error with a sentence where something is wrong. */
export function parseCommandLine(args: readonly string[], known: readonly Bench[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      full: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { help, json, full } = values;
  const named = [...new Set(positionals)].map((name) => findBench(name, known));
  const benches = named.length > 0 ? named : known;
  return { help, json, full, rounds: parseRounds(values.rounds), benches };
}

function findBench(name: string, known: readonly Bench[]): Bench {
  const found = known.find((bench) => bench.name === name);
  if (found !== undefined) return found;
  const names = known.map((bench) => bench.name).join(', ');
  throw new Error(`There is no benchmark "${name}". There are: ${names}`);
}

function parseRounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1) return rounds;
  throw new Error('--rounds is a whole number from 1 on');
}

export function toHelp(known: readonly Bench[]): string {
  return `Measures Darkroom on this machine, against peers that do the same work.

  npm run bench                       all of it, in at most 15 minutes
  npm run bench -- NAME… [options]    the named ones

Names
${known.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}

Options
  --full       every profile and size, more rounds; takes hours, not minutes
  --rounds N   rounds for each contender, in turns (default: each benchmark's own number)
  --json       nothing but one JSON document on standard output
  --help       this text
`;
}
