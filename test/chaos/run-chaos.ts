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
      say: (text: string) => say(`${toClock()} ${name}: ${text}`),
    };
    const undisturbed: Stage['undisturbed'] = (rows) => {
      const known = files.get(rows) ?? runUndisturbed(parts, rows);
      files.set(rows, known);
      return known;
    };
    return { ...parts, undisturbed, ...more };
  };
}

type ToStage = ReturnType<typeof createStages>;

/** Those that measure seconds one after the other, then all others a few at a time. Returns what came of the
 *  scenarios, in their order, and the safeguards whose absence nobody noticed. */
async function runAll(
  chosen: readonly Scenario[],
  edited: readonly Safeguard[],
  toStage: ToStage,
): Promise<{ readonly finished: readonly Finished[]; readonly useless: readonly Safeguard[] }> {
  const finished: Finished[] = [];
  const useless: Safeguard[] = [];
  const run = async (scenario: Scenario): Promise<void> => {
    const stage = toStage(scenario.name);
    stage.say(`BEGINS: ${scenario.fault}`);
    const outcome = await runSafely(scenario, stage);
    for (const note of outcome.notes) stage.say(note);
    for (const reason of outcome.broken) stage.say(`BROKEN: ${reason}`);
    finished.push({ scenario, outcome });
    stage.say(`ENDS, ${finished.length} of ${chosen.length} scenarios done`);
  };
  const checkNoticed = async (edit: Safeguard): Promise<void> => {
    if (!(await isNoticed(edit, toStage))) useless.push(edit);
  };
  const toJobs = (some: readonly Scenario[]): Job[] => some.map((one) => () => run(one));
  await runSome(toJobs(chosen.filter(({ alone }) => alone)), 1);
  const others = toJobs(chosen.filter(({ alone }) => !alone)).toReversed();
  // The longest first, so that no lane is left alone with one: those that wait in vain, and the uploads.
  await runSome([...edited.map((edit) => () => checkNoticed(edit)), ...others], lanes);
  const inOrder = chosen.flatMap((scenario) => finished.filter((one) => one.scenario === scenario));
  return { finished: inOrder, useless };
}

/** Scenarios mostly wait for leases and pauses to end; three of them leave two cores half idle. */
const lanes = 3;

type Job = () => Promise<void>;

/** So many at once, in their order. */
async function runSome(jobs: readonly Job[], atOnce: number): Promise<void> {
  const left = [...jobs];
  const lane = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await job();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

function toClock(): string {
  return `[${Math.round(performance.now() / 1000)} s]`;
}

function show(finished: readonly Finished[], isJson: boolean): void {
  console.log(isJson ? buildJson(finished) : `\n${buildTable(finished)}`);
}

/** How long a bot without a safeguard may take before its batch counts as stuck. */
const patienceMs = 25_000;

/** Runs the scenario of a safeguard without it, which must fail. */
async function isNoticed(edit: Safeguard, toStage: ToStage): Promise<boolean> {
  const { say: tell } = toStage(edit.name);
  tell(`BEGINS: "${edit.what}" is off, ${edit.scenario} must fail`);
  const scenario = scenarios.find(({ name }) => name === edit.scenario);
  if (scenario === undefined) throw new Error(`there is no scenario ${edit.scenario}`);
  const settings = buildSettingsWithout(edit);
  const { broken } = await scenario.run(
    toStage(scenario.name, { settings, patienceMs, say: tell }),
  );
  const complaint = broken.find((reason) => edit.complaint.test(reason));
  tell(complaint === undefined ? 'NOBODY NOTICES' : `fails as it should: ${complaint}`);
  return complaint !== undefined;
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
  say(`soak: ${minutes} minutes of random faults on 3 replicas`);
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
  const { finished, useless } = await runAll(chosen, edited, toStage);
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
