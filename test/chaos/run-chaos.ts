// The command line of `npm run chaos`.

import { startPictureHost, type PictureHost } from '../../src/sandbox/pictures/picture-host.ts';
import { help, parseChaosOptions, type ChaosOptions } from './chaos-options.ts';
import { createRandom } from './random.ts';
import { buildJson, buildTable, type Finished } from './report.ts';
import type { Outcome, Scenario, Stage } from './scenario.ts';
import { buildSettingsWithout, edits, type Safeguard } from './safeguards.ts';
import { scenarios } from './scenarios.ts';
import { runSoak } from './soak.ts';
import { runUndisturbed } from './trial.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function chooseScenarios({ only, long }: ChaosOptions): readonly Scenario[] {
  const names = [...scenarios, ...edits].map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no scenario ${unknown.join(', ')}. --list names them.`);
  }
  if (only.length > 0) return scenarios.filter(({ name }) => only.includes(name));
  return scenarios.filter(({ longOnly, pending }) => (long || !longOnly) && pending === undefined);
}

/** What every scenario of this run has in common; a file to compare with is made once for each size. */
function createStages(
  options: ChaosOptions,
  pictures: PictureHost,
): (name: string, more?: Partial<Stage>) => Stage {
  const files = new Map<number, Promise<Buffer>>();
  return (name, more) => {
    const parts = {
      random: createRandom(options.seed, name),
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
    return { ...parts, undisturbed, ...more };
  };
}

async function runScenarios(
  chosen: readonly Scenario[],
  toStage: ReturnType<typeof createStages>,
): Promise<readonly Finished[]> {
  const finished: Finished[] = [];
  for (const [at, scenario] of chosen.entries()) {
    announce(`${at + 1}/${chosen.length}`, `${scenario.name}: ${scenario.fault}`);
    const outcome = await runSafely(scenario, toStage(scenario.name));
    for (const note of outcome.notes) say(`    ${note}`);
    for (const reason of outcome.broken) say(`    BROKEN: ${reason}`);
    finished.push({ scenario, outcome });
  }
  return finished;
}

function show(finished: readonly Finished[], isJson: boolean): void {
  console.log(isJson ? buildJson(finished) : `\n${buildTable(finished)}`);
}

function announce(place: string, what: string): void {
  say(`\n[${place}, ${Math.round(performance.now() / 1000)} s] ${what}`);
}

/** How long a bot without a safeguard may take before its batch counts as stuck. */
const patienceMs = 25_000;

/** Runs the scenario of each safeguard without it: those that hold all the same. */
async function findUselessTests(
  chosen: readonly Safeguard[],
  toStage: ReturnType<typeof createStages>,
): Promise<readonly Safeguard[]> {
  const useless: Safeguard[] = [];
  for (const [at, edit] of chosen.entries()) {
    announce(
      `without ${at + 1}/${chosen.length}`,
      `"${edit.what}" is off, ${edit.scenario} must fail`,
    );
    const scenario = scenarios.find(({ name }) => name === edit.scenario);
    if (scenario === undefined) throw new Error(`there is no scenario ${edit.scenario}`);
    const settings = buildSettingsWithout(edit);
    const stage = toStage(scenario.name, { settings, patienceMs });
    const { broken } = await scenario.run(stage);
    say(broken.length === 0 ? '    IT HOLDS ALL THE SAME' : `    fails as it should: ${broken[0]}`);
    if (broken.length === 0) useless.push(edit);
  }
  return useless;
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
  const listed = scenarios.map(({ name, fault, promise, pending, longOnly }) => [
    `${name}: ${fault}`,
    `    ${promise}`,
    ...(longOnly ? ['    long profile only'] : []),
    ...(pending === undefined ? [] : [`    PENDING: ${pending}`]),
  ]);
  const without = edits.map(({ name, what, scenario }) => [
    `${name}: a test of the tests`,
    `    ${scenario} must fail where this is switched off: ${what}`,
  ]);
  return [...listed, ...without].flat().join('\n');
}

/** The exit code. */
async function soakFor(minutes: number, stage: Stage, isJson: boolean): Promise<number> {
  announce('soak', `${minutes} minutes of random faults on 3 replicas`);
  const { outcome, flatness } = await runSoak(stage, minutes);
  for (const note of outcome.notes) say(`    ${note}`);
  for (const reason of outcome.broken) say(`    BROKEN: ${reason}`);
  for (const { name, first, last, isFlat } of flatness) {
    const figures = `${first.toFixed(1)} at first, ${last.toFixed(1)} at last`;
    say(`    ${isFlat ? 'flat' : 'NOT FLAT'}: ${name}, ${figures}`);
  }
  const scenario = {
    name: 'soak',
    fault: `random faults for ${minutes} minutes`,
    promise: 'nothing lost or doubled; memory, open files and Redis stay flat',
    run: async () => outcome,
  };
  show([{ scenario, outcome }], isJson);
  return outcome.broken.length > 0 || flatness.some(({ isFlat }) => !isFlat) ? 1 : 0;
}

/** The exit code. */
async function main(): Promise<number> {
  const options = parseChaosOptions(process.argv.slice(2));
  if (options.help || options.list) {
    console.log(options.help ? help : listScenarios());
    return 0;
  }
  const { only, seed } = options;
  const chosen = chooseScenarios(options);
  const edited = edits.filter(({ name }) => only.length === 0 || only.includes(name));
  say(`seed ${seed}`);
  const pictures = await startPictureHost();
  const toStage = createStages(options, pictures);
  if (options.soak !== undefined) {
    const code = await soakFor(options.soak, toStage('soak'), options.json);
    await pictures.close();
    return code;
  }
  const finished = await runScenarios(chosen, toStage);
  const useless = await findUselessTests(edited, toStage);
  await pictures.close();

  show(finished, options.json);
  for (const { name, pending } of scenarios) {
    if (pending !== undefined) say(`pending, never counted as passed: ${name} (${pending})`);
  }
  if (edited.length > 0)
    say(
      `tests of the tests: ${edited.length - useless.length} of ${edited.length} fail as they should`,
    );
  const broken = [...toBroken(finished), ...useless.map(({ name }) => name)];
  if (broken.length === 0) return 0;
  const again = broken.map((name) => `--only ${name}`).join(' ');
  say(`\nBroken. To see it again: npm run chaos -- --seed ${seed} ${again}`);
  return 1;
}

function toBroken(finished: readonly Finished[]): string[] {
  return finished
    .filter(
      ({ scenario: { pending }, outcome: { broken } }) =>
        pending === undefined && broken.length > 0,
    )
    .map(({ scenario: { name } }) => name);
}

process.on('SIGINT', () => process.exit(130));
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
