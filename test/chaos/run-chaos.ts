// The command line of `npm run chaos`.

import { startPictureHost } from '../../src/sandbox/pictures/picture-host.ts';
import { help, parseChaosOptions, type ChaosOptions } from './chaos-options.ts';
import { createRandom } from './random.ts';
import { buildJson, buildTable, type Finished } from './report.ts';
import type { Outcome, Scenario, Stage } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { runUndisturbed } from './trial.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function chooseScenarios({ only, long }: ChaosOptions): readonly Scenario[] {
  const unknown = only.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    throw new Error(`There is no scenario ${unknown.join(', ')}. --list names them.`);
  }
  if (only.length > 0) return scenarios.filter(({ name }) => only.includes(name));
  return scenarios.filter(({ longOnly, pending }) => (long || !longOnly) && pending === undefined);
}

async function runScenarios(options: ChaosOptions): Promise<readonly Finished[]> {
  const chosen = chooseScenarios(options);
  const pictures = await startPictureHost();
  const files = new Map<number, Promise<Buffer>>();
  const finished: Finished[] = [];
  const from = performance.now();
  try {
    for (const [at, scenario] of chosen.entries()) {
      const seconds = Math.round((performance.now() - from) / 1000);
      say(`\n[${at + 1}/${chosen.length}, ${seconds} s] ${scenario.name}: ${scenario.fault}`);
      const parts = {
        random: createRandom(options.seed, scenario.name),
        isLong: options.long,
        pictures,
        settings: {},
        say: (text: string) => say(`    ${text}`),
      };
      const undisturbed: Stage['undisturbed'] = (rows) => {
        const known = files.get(rows) ?? runUndisturbed(parts, rows);
        files.set(rows, known);
        return known;
      };
      const outcome = await runSafely(scenario, { ...parts, undisturbed });
      for (const note of outcome.notes) say(`    ${note}`);
      for (const reason of outcome.broken) say(`    BROKEN: ${reason}`);
      finished.push({ scenario, outcome });
    }
  } finally {
    await pictures.close();
  }
  return finished;
}

/** A scenario that does not get to its end has broken its promise. */
async function runSafely(scenario: Scenario, stage: Stage): Promise<Outcome> {
  try {
    return await scenario.run(stage);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const nothing = { injected: 0, lost: 0, doubled: 0, repeated: 0, recoverS: undefined };
    return { ...nothing, broken: [`it did not get to its end: ${reason}`], notes: [] };
  }
}

function listScenarios(): string {
  return scenarios
    .map(({ name, fault, promise, pending, longOnly }) => {
      const marks = [
        ...(longOnly ? ['long profile only'] : []),
        ...(pending === undefined ? [] : [`PENDING: ${pending}`]),
      ];
      return [`${name}: ${fault}`, `    ${promise}`, ...marks.map((mark) => `    ${mark}`)].join(
        '\n',
      );
    })
    .join('\n');
}

/** The exit code. */
async function main(): Promise<number> {
  const options = parseChaosOptions(process.argv.slice(2));
  if (options.help || options.list) {
    console.log(options.help ? help : listScenarios());
    return 0;
  }
  say(`seed ${options.seed}`);
  const finished = await runScenarios(options);
  const pending = scenarios.filter((scenario) => scenario.pending !== undefined);
  for (const { name, pending: why } of pending) say(`pending, not counted: ${name} (${why})`);
  console.log(options.json ? buildJson(finished) : `\n${buildTable(finished)}`);
  const broken = finished.filter(
    ({ scenario, outcome }) => scenario.pending === undefined && outcome.broken.length > 0,
  );
  if (broken.length > 0) {
    const names = broken.map(({ scenario }) => `--only ${scenario.name}`).join(' ');
    say(`\nBroken. To see it again: npm run chaos -- --seed ${options.seed} ${names}`);
  }
  return broken.length > 0 ? 1 : 0;
}

process.on('SIGINT', () => process.exit(130));
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
