// The command line of `npm run bench`.

import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Bench, BenchReport } from './bench.ts';
import { imagesBench } from './images-bench.ts';

const benches: readonly Bench[] = [imagesBench];

const help = `Measures Darkroom on this machine.

  npm run bench -- NAME [options]

Names
${benches.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}

Options
  --rounds N   rounds for each contender, in turns (default: 9)
  --json       the figures as JSON
  --help       this text
`;

function parseOptions(args: readonly string[]): {
  bench: Bench | undefined;
  rounds: number;
  json: boolean;
} {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '9' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a number from 1 on');
  if (values.help) return { bench: undefined, rounds, json: false };
  const [name] = positionals;
  const bench = benches.find((one) => one.name === name);
  if (bench === undefined || positionals.length > 1) {
    throw new Error(`Name one of: ${benches.map((one) => one.name).join(', ')} (see --help)`);
  }
  return { bench, rounds, json: values.json };
}

function describeMachine(): {
  cpu: string;
  cores: number;
  node: string;
  date: string;
  load: string;
} {
  return {
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: availableParallelism(),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    load: (loadavg()[0] ?? 0).toFixed(1),
  };
}

/** A table as Markdown. */
function showTable([header = [], ...rows]: BenchReport['table']): string {
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

async function main(): Promise<void> {
  const { bench, rounds, json } = parseOptions(process.argv.slice(2));
  if (bench === undefined) {
    console.log(help);
    return;
  }
  const machine = describeMachine();
  const { table, results, notes } = await bench.run({ rounds });
  if (json) {
    console.log(JSON.stringify({ bench: bench.name, rounds, machine, results }, undefined, 2));
    return;
  }
  const { cpu, cores, node, date, load } = machine;
  console.log(
    `${bench.name}: ${rounds} rounds, ${date}, ${cpu}, ${cores} cores, Node ${node}, load before ${load}\n`,
  );
  console.log(showTable(table));
  console.log(`\n${notes.join('\n')}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
