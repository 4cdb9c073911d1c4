// The course of most scenarios: a batch runs, a fault strikes in its middle and ends, the batch must be
// delivered as if nothing had been, and the common checker compares the three histories.

import { budget, startChaosWorld, type ChaosWorld, type ChaosWorldOptions } from './chaos-world.ts';
import { compareHistories, type Findings } from './compare-histories.ts';
import { checkAtRest, findPeak, findResults, readCalls, readLedger } from './read-histories.ts';
import type { Outcome, Stage } from './scenario.ts';
import { waitUntil } from './wait-until.ts';
import { watchBatch, type BatchWatch } from './watch-batch.ts';

export interface Struck {
  readonly injected: number;
  /** performance.now() at the end of the fault; when `strike` returned unless told. */
  readonly endedAt?: number;
  /** Where the scenario measures recovery in its own way. */
  readonly recoverS?: number | undefined;
  /** Requests that a paused process still had under way: they come on top of the budget. */
  readonly inFlightBeside?: number;
  readonly broken?: readonly string[];
  readonly notes?: readonly string[];
}

export interface Trial {
  readonly rows: number;
  readonly world?: Omit<ChaosWorldOptions, 'pictures' | 'settings'>;
  readonly settings?: Readonly<Record<string, string>>;
  /** Before anything is dropped. */
  readonly prepare?: (world: ChaosWorld) => void | Promise<void>;
  /** Rows with an outcome before the fault strikes; a fifth unless told. */
  readonly strikeAfter?: number;
  /** Lets the fault begin, last, and end. */
  strike(world: ChaosWorld, watch: BatchWatch): Promise<Struck>;
  /** How long the results may take after the fault; 90 s unless told. */
  readonly deliverWithinMs?: number;
  /** How soon the next outcome must come; not checked unless told. */
  readonly recoverWithinS?: number;
  /** The most requests beyond one a row; not checked unless told. */
  readonly mostRepeats?: (struck: Struck) => number;
  /** How long the gate may take to be empty at the end; 6 s unless told. */
  readonly restWithinMs?: number;
  /** Rows that must fail, with their codes. */
  readonly failures?: ReadonlyMap<string, string>;
  /** The batch must end before all rows are done, the others cancelled, with this code where there is one. */
  readonly endedEarly?: { readonly code?: string };
  /** The rows may have to be counted anew at the end: otherwise that hides a mistake. */
  readonly mayRecount?: true;
  /** How a bot may end by itself; in no way unless told. */
  readonly mayEnd?: readonly (number | string)[];
  /** More that must hold at the end. */
  readonly also?: (world: ChaosWorld, watch: BatchWatch) => string[] | Promise<string[]>;
}

const longestRecoveryMs = 90_000;

export async function runTrial(stage: Stage, trial: Trial): Promise<Outcome> {
  const undisturbed =
    trial.failures === undefined && trial.endedEarly === undefined
      ? await stage.undisturbed(trial.rows)
      : undefined;
  await using world = await startChaosWorld({
    ...trial.world,
    pictures: stage.pictures,
    settings: { ...trial.settings, ...stage.settings },
  });
  try {
    await trial.prepare?.(world);
    await using watch = watchBatch(world, await world.drop(trial.rows));
    await watch.reached(trial.strikeAfter ?? Math.ceil(trial.rows / 5));
    stage.say(`${watch.finished()} of ${trial.rows} rows done, the fault begins`);
    const struck = await trial.strike(world, watch);
    const endedAt = struck.endedAt ?? performance.now();
    stage.say(`the fault has ended, ${watch.finished()} rows done`);
    const recoverS =
      'recoverS' in struck
        ? struck.recoverS
        : await watch.recoveredAfter(endedAt, stage.patienceMs ?? longestRecoveryMs);
    const { patienceMs } = stage;
    const outcome = await conclude(trial, { world, watch, struck, undisturbed, patienceMs });
    const broken = [...outcome.broken, ...checkRecovery(trial, recoverS)];
    if (broken.length > 0) explain(stage, world);
    return { ...outcome, recoverS, broken };
  } catch (error) {
    explain(stage, world);
    throw error;
  }
}

const shownLines = 15;

/** What the bots wrote last, for whoever looks for the cause. */
function explain(stage: Stage, { fleet }: ChaosWorld): void {
  for (const line of fleet.lastWords().slice(-shownLines)) stage.say(line.slice(0, 400));
}

function checkRecovery({ recoverWithinS }: Trial, recoverS: number | undefined): string[] {
  if (recoverS === undefined) return ['nothing went on after the fault'];
  if (recoverWithinS === undefined || recoverS <= recoverWithinS) return [];
  return [`it took ${recoverS.toFixed(1)} s to go on, ${recoverWithinS} s is the limit`];
}

interface End {
  readonly world: ChaosWorld;
  readonly watch: BatchWatch;
  readonly struck: Struck;
  readonly undisturbed: Buffer | undefined;
  readonly patienceMs: number | undefined;
}

/** How long a second results message is waited for. */
const secondMessageMs = 1000;

async function conclude(trial: Trial, end: End): Promise<Omit<Outcome, 'recoverS'>> {
  const { world, watch, struck, undisturbed } = end;
  await settle(end, end.patienceMs ?? trial.deliverWithinMs ?? 90_000);
  const findings = compareHistories({
    rows: trial.rows,
    calls: readCalls(world),
    ledger: await readLedger(world, watch.id()),
    posted: findResults(world, watch.place),
    undisturbed,
    failures: trial.failures,
    endedEarly: trial.endedEarly,
  });
  const broken = [
    ...findings.broken,
    ...checkFigures(findings, trial, end),
    ...(await checkAtRest(world, trial.restWithinMs ?? 6000)),
    ...(await oneBatch(world)),
    ...(trial.mayRecount === true ? [] : await neverRecounted(world)),
    ...world.fleet.ownEnds
      .filter((code) => trial.mayEnd?.includes(code) !== true)
      .map((code) => `a bot ended by itself (${code})`),
    ...((await trial.also?.(world, watch)) ?? []),
    ...(struck.broken ?? []),
  ];
  const { injected, notes = [] } = struck;
  return { ...findings, injected, broken, notes };
}

/** Waits for the results, for the end of the batch, and a little for results that should not come. */
async function settle({ world, watch }: End, deliverWithinMs: number): Promise<void> {
  if (!(await watch.delivered(deliverWithinMs))) return;
  const id = watch.id() ?? '';
  const ends: readonly unknown[] = ['done', 'cancelled'];
  await waitUntil(async () => ends.includes((await world.ledger.counts(id))?.state), 20_000);
  await waitUntil(() => findResults(world, watch.place).length > 1, secondMessageMs);
}

function checkFigures(
  { lost, doubled, repeated }: Findings,
  { mostRepeats }: Trial,
  { world, struck }: End,
): string[] {
  const most = mostRepeats?.(struck) ?? Infinity;
  const allowed = budget + (struck.inFlightBeside ?? 0);
  const peak = findPeak(world);
  return [
    ...(lost > 0 ? [`${lost} rows are lost`] : []),
    ...(doubled > 0 ? [`${doubled} rows or messages came twice`] : []),
    ...(repeated > most ? [`${repeated} repeated calls, ${most} allowed`] : []),
    ...(peak > allowed ? [`${peak} requests in flight at once, ${allowed} allowed`] : []),
  ];
}

export async function neverRecounted({ ledger }: ChaosWorld): Promise<string[]> {
  const times = await ledger.recounts();
  return times === 0 ? [] : [`the rows did not add up at the end and were counted anew: ${times}`];
}

/** One dropped table is one batch, however often its event came. */
async function oneBatch({ ledger }: ChaosWorld): Promise<string[]> {
  const ids = await ledger.batchIds();
  return ids.length === 1 ? [] : [`one drop made ${ids.length} batches`];
}

/** The results file of a run without any fault, checked like every other. */
export async function runUndisturbed(
  stage: Omit<Stage, 'undisturbed'>,
  rows: number,
): Promise<Buffer> {
  await using world = await startChaosWorld({ pictures: stage.pictures, rowMs: 20 });
  await using watch = watchBatch(world, await world.drop(rows));
  const struck = { injected: 0 };
  const trial = { rows, strike: async () => struck };
  await watch.delivered(600_000);
  const end = { world, watch, struck, undisturbed: undefined, patienceMs: undefined };
  const { broken, repeated } = await conclude(trial, end);
  const [file] = findResults(world, watch.place);
  if (file === undefined || broken.length > 0 || repeated > 0) {
    throw new Error(
      `a run without faults is not sound: ${broken.join('; ')} (${repeated} repeats)`,
    );
  }
  return file;
}
