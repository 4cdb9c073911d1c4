// The one results message, whatever step of the upload the process dies at or Slack fails at.

import { setTimeout as pause } from 'node:timers/promises';
import type { CallFault } from '../../../src/sandbox/workspace/faults.ts';
import type { ChaosWorld } from '../chaos-world.ts';
import { findResults } from '../read-histories.ts';
import type { Outcome, Scenario, Stage } from '../scenario.ts';
import { runTrial } from '../trial.ts';
import { waitUntil } from '../wait-until.ts';
import type { BatchWatch } from '../watch-batch.ts';

const issue = 'files.getUploadURLExternal';
const complete = 'files.completeUploadExternal';

interface CrashPoint {
  readonly at: string;
  /** Makes the moment long enough to die in. */
  readonly faults?: readonly (readonly [method: string, fault: CallFault])[];
  /** How long Slack takes to show the files after the last call. */
  readonly shareDelayMs?: number;
  isThere(world: ChaosWorld, watch: BatchWatch): boolean;
}

const wasCalled =
  (method: string) =>
  ({ workspace }: ChaosWorld): boolean =>
    workspace.calls.some((call) => call.method === method);

const crashPoints: readonly CrashPoint[] = [
  {
    at: 'after the last row, before the upload',
    faults: [[issue, { delayMs: 5000 }]],
    isThere: (_world, watch) => watch.counts()?.state === 'finishing',
  },
  {
    at: 'with an upload address that it never heard of',
    faults: [[issue, { drop: 'after' }]],
    isThere: wasCalled(issue),
  },
  {
    at: 'while it sends the bytes',
    faults: [['upload', { delayMs: 5000 }]],
    isThere: ({ workspace }) => workspace.calls.some(({ method, ok }) => method === issue && ok),
  },
  {
    at: 'after the bytes, before Slack is told to show them',
    faults: [[complete, { drop: 'before' }]],
    isThere: wasCalled(complete),
  },
  {
    at: 'while Slack is told to show them, and does so later',
    faults: [[complete, { delayMs: 2500 }]],
    isThere: wasCalled(complete),
  },
  {
    at: 'after Slack has them, its answer lost',
    faults: [[complete, { drop: 'after' }]],
    shareDelayMs: 1500,
    isThere: wasCalled(complete),
  },
  {
    at: 'when the files appear in the thread',
    isThere: (world, { place }) => findResults(world, place).length > 0,
  },
];

/** Close looks: some of these moments are short. */
async function untilThere(point: CrashPoint, world: ChaosWorld, watch: BatchWatch): Promise<void> {
  const end = performance.now() + 60_000;
  while (!point.isThere(world, watch)) {
    if (performance.now() > end) throw new Error(`it never came to: ${point.at}`);
    await pause(2);
  }
}

function crashAt(stage: Stage, point: CrashPoint): Promise<Outcome> {
  const { faults = [], shareDelayMs = 50 } = point;
  return runTrial(stage, {
    rows: 60,
    world: { replicas: 1, rowMs: 50, workspace: { shareDelayMs } },
    strikeAfter: 0,
    deliverWithinMs: 150_000,
    mostRepeats: () => 0,
    prepare({ workspace }) {
      for (const [method, fault] of faults) workspace.faults.next(method, fault);
    },
    async strike(world, watch) {
      await untilThere(point, world, watch);
      await world.fleet.kill(0);
      await world.fleet.start(0);
      const endedAt = performance.now();
      const isOver = (): boolean => watch.counts()?.state === 'done';
      const over = await waitUntil(isOver, 150_000);
      const recoverS = over ? (performance.now() - endedAt) / 1000 : undefined;
      return { injected: 1, endedAt, recoverS };
    },
  });
}

/** They mostly wait for takeovers, so that several share two cores well. */
const atOnce = 5;

async function runAll<Item>(
  stage: Stage,
  items: readonly Item[],
  { name, run }: { name: (item: Item) => string; run: (item: Item) => Promise<Outcome> },
): Promise<Outcome> {
  const left = [...items];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      const outcome = await run(item);
      const seconds = outcome.recoverS?.toFixed(1) ?? 'never';
      stage.say(`${name(item)}: ${outcome.broken.length === 0 ? `${seconds} s` : 'BROKEN'}`);
      const broken = outcome.broken.map((reason) => `${name(item)}: ${reason}`);
      outcomes.push({ ...outcome, broken });
    }
  };
  // The file to compare with is made once, before they begin.
  await stage.undisturbed(60);
  await Promise.all(Array.from({ length: atOnce }, work));
  return sumUp(outcomes);
}

function sumUp(outcomes: readonly Outcome[]): Outcome {
  const sum = (read: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + read(outcome), 0);
  const times = outcomes.map(({ recoverS }) => recoverS);
  return {
    injected: sum(({ injected }) => injected),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    repeated: sum(({ repeated }) => repeated),
    recoverS: times.includes(undefined) ? undefined : Math.max(...times.map(Number)),
    broken: outcomes.flatMap(({ broken }) => broken),
    notes: outcomes.flatMap(({ notes }) => notes),
  };
}

const crashes: Scenario = {
  name: 'upload-crash',
  fault: `SIGKILL at ${crashPoints.length} steps of the upload`,
  promise: 'exactly one results message, whatever step the process died at',
  run: (stage) =>
    runAll(stage, crashPoints, {
      name: ({ at }) => at,
      run: (point) => crashAt({ ...stage, say: () => {} }, point),
    }),
};

interface UploadTrouble {
  readonly what: string;
  readonly method: string;
  readonly script: readonly CallFault[];
}

const troubles: readonly UploadTrouble[] = [
  { what: 'no address', method: issue, script: [{ status: 500 }, { drop: 'after' }] },
  { what: 'bytes refused', method: 'upload', script: [{ status: 500 }, { status: 408 }] },
  { what: 'bytes taken, answer lost', method: 'upload', script: [{ drop: 'after' }] },
  { what: 'last call refused', method: complete, script: [{ status: 500 }] },
  { what: 'last call limited', method: complete, script: [{ status: 429, retryAfter: 1 }] },
  { what: 'last call done, answer lost', method: complete, script: [{ drop: 'after' }] },
  { what: 'last call done, answer cut', method: complete, script: [{ truncate: true }] },
  { what: 'last call fails inside', method: complete, script: [{ error: 'internal_error' }] },
];

function meet(stage: Stage, { method, script }: UploadTrouble): Promise<Outcome> {
  return runTrial(stage, {
    rows: 60,
    world: { replicas: 1, rowMs: 50 },
    strikeAfter: 0,
    mostRepeats: () => 0,
    prepare({ workspace }) {
      for (const fault of script) workspace.faults.next(method, fault);
    },
    async strike(_world, watch) {
      await watch.reached(60);
      const endedAt = performance.now();
      await watch.delivered(150_000);
      const recoverS = (performance.now() - endedAt) / 1000;
      return { injected: script.length, endedAt, recoverS };
    },
  });
}

const uploadTroubles: Scenario = {
  name: 'upload-troubles',
  fault: `Slack fails in ${troubles.length} ways during the upload`,
  promise: 'exactly one results message, also where Slack did what it said it had not',
  run: (stage) =>
    runAll(stage, troubles, {
      name: ({ what }) => what,
      run: (trouble) => meet({ ...stage, say: () => {} }, trouble),
    }),
};

export const uploadFaults: readonly Scenario[] = [crashes, uploadTroubles];
