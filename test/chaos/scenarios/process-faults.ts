// Bots that are killed, stopped, paused and replaced.

import { setTimeout as pause } from 'node:timers/promises';
import { budget, type ChaosWorld } from '../chaos-world.ts';
import { toSku } from '../dropped-table.ts';
import { measureKill } from '../measure-kill.ts';
import type { Random } from '../random.ts';
import type { Scenario } from '../scenario.ts';
import { runTrial } from '../trial.ts';
import { waitUntil } from '../wait-until.ts';

/** A dead replica's rows are taken over, and the gate has its whole budget again, within this. */
const takeoverS = 15;

export interface PlannedKill {
  readonly victim: number;
  /** The pause after the victim is back. */
  readonly gapMs: number;
}

export function planKills(random: Random, kills: number, replicas: number): readonly PlannedKill[] {
  return Array.from({ length: kills }, () => ({
    victim: random.whole(0, replicas - 1),
    gapMs: random.whole(300, 2500),
  }));
}

const kill: Scenario = {
  name: 'sigkill',
  alone: true,
  fault: 'SIGKILL of a random replica of 3',
  promise:
    '10,000 rows and 20 kills (short: 800 and 6): no row lost or doubled, repeated calls at most kills x in flight, rows taken over and the full budget back within 15 s',
  run(stage) {
    const kills = stage.isLong ? 20 : 6;
    const rows = stage.isLong ? 10_000 : 800;
    const plan = planKills(stage.random, kills, 3);
    stage.say(`plan: ${rows} rows, kills of ${plan.map(({ victim }) => victim).join(', ')}`);
    return runTrial(stage, {
      rows,
      world: { replicas: 3, rowMs: stage.isLong ? 250 : 500 },
      strikeAfter: Math.ceil(rows / 20),
      deliverWithinMs: 600_000,
      mostRepeats: ({ injected }) => injected * budget,
      async strike(world, watch) {
        const measuring = [];
        for (const [at, { victim, gapMs }] of plan.entries()) {
          const killed = await measureKill(world, watch, victim);
          measuring.push(killed.measured);
          await world.fleet.start(victim);
          stage.say(`kill ${at + 1} of ${kills}, ${watch.finished()} of ${rows} rows done`);
          await pause(gapMs);
        }
        const endedAt = performance.now();
        const measured = await Promise.all(measuring);
        const rowsBack = Math.max(...measured.map((one) => one.takeoverS));
        const takenUp = Math.max(...measured.map((one) => one.takenUpS));
        const gateBack = Math.max(...measured.map((one) => one.gateS));
        return {
          injected: kills,
          endedAt,
          recoverS: rowsBack,
          broken: [
            ...(rowsBack > takeoverS ? [`takeover took ${rowsBack.toFixed(1)} s`] : []),
            ...(gateBack > takeoverS ? [`slots came back after ${gateBack.toFixed(1)} s`] : []),
          ],
          notes: [
            `rows of a killed replica were there for the others within ${rowsBack.toFixed(1)} s, limit 15, and others had room for the last of them after ${takenUp.toFixed(1)} s`,
            `the gate had its full budget back within ${gateBack.toFixed(1)} s, limit 15`,
          ],
        };
      },
    });
  },
};

const killAll: Scenario = {
  name: 'sigkill-all',
  fault: 'SIGKILL of every replica, 5 s without any',
  promise: 'no row lost or doubled; repeated calls at most what was in flight',
  run: (stage) =>
    runTrial(stage, {
      rows: 240,
      world: { rowMs: 400 },
      mostRepeats: () => budget,
      async strike({ fleet }) {
        await Promise.all([fleet.kill(0), fleet.kill(1)]);
        await pause(5000);
        await Promise.all([fleet.start(0), fleet.start(1)]);
        return { injected: 2 };
      },
    }),
};

const rollingRestart: Scenario = {
  name: 'sigterm',
  alone: true,
  fault: 'SIGTERM of each replica of 3 in turn',
  promise: 'no call is repeated; each replica exits with 0 within 25 s',
  run: (stage) =>
    runTrial(stage, {
      rows: 240,
      world: { replicas: 3, rowMs: 1000 },
      mostRepeats: () => 0,
      async strike({ fleet }) {
        const broken: string[] = [];
        let slowest = 0;
        for (const number of [0, 1, 2]) {
          const { code, seconds } = await fleet.stop(number);
          slowest = Math.max(slowest, seconds);
          if (code !== 0) broken.push(`replica ${number} exited with ${code}`);
          if (seconds > 25) broken.push(`replica ${number} took ${seconds.toFixed(1)} s to stop`);
          await fleet.start(number);
        }
        const notes = [`the slowest replica took ${slowest.toFixed(1)} s to stop, limit 25`];
        return { injected: 3, broken, notes };
      },
    }),
};

/** Longer than a lease and than the silence after which slots are taken back. */
const pauseMs = 15_000;

const standstill: Scenario = {
  name: 'sigstop',
  fault: 'SIGSTOP for 15 s, then SIGCONT',
  promise:
    'late outcomes are refused; never more in flight than the budget and what the paused replica still had',
  run(stage) {
    const victim = stage.random.whole(0, 1);
    return runTrial(stage, {
      rows: 800,
      world: { rowMs: 400 },
      strikeAfter: 100,
      mostRepeats: ({ inFlightBeside = 0 }) => inFlightBeside + budget,
      async strike({ fleet, model, ledger }, watch) {
        // In the middle of requests, so that their answers are found only after the pause.
        await waitUntil(() => model.running() > budget / 2, 5000);
        const id = watch.id() ?? '';
        fleet.pause(victim);
        const inFlightBeside = model.running();
        const held = (await ledger.leases(id)).map(({ chunk }) => chunk);
        await pause(pauseMs);
        // Its rows must be done by others, so that what it brings late is all too late.
        await waitUntil(() => ledger.areSealed(id, held), 60_000);
        stage.say(`it goes on, ${watch.finished()} rows done`);
        fleet.resume(victim);
        return { injected: 1, inFlightBeside };
      },
      also: ({ fleet }) => {
        stage.say(`${fleet.countLines('an outcome came too late')} outcomes came too late`);
        return [];
      },
    });
  },
};

/** How long an event loop is blocked before it is let go on; longer than its leases are renewed. */
const blockMs = 5000;

const blocked: Scenario = {
  name: 'loop-blocked',
  fault: 'event loop blocked for 5 s, then for good',
  promise:
    'the first is logged; at the second the process ends itself, and nothing is lost or doubled',
  run(stage) {
    const victim = stage.random.whole(0, 1);
    const program = new URL('../block-loop.ts', import.meta.url);
    return runTrial(stage, {
      rows: 800,
      world: { rowMs: 800 },
      strikeAfter: 50,
      settings: { NODE_OPTIONS: `--import=${program.href}`, CHAOS_BLOCK_MS: String(blockMs) },
      mostRepeats: () => 2 * budget,
      mayEnd: ['SIGKILL'],
      async strike({ fleet }) {
        const { process: bot } = fleet.replica(victim);
        bot.child.kill('SIGUSR2');
        await waitUntil(() => fleet.countLines('the process stood still') > 0, 20_000);
        bot.child.kill('SIGUSR2');
        const ended = await waitUntil(() => fleet.ownEnds.length > 0, 60_000);
        return { injected: 2, broken: ended ? [] : ['a process that is blocked does not end'] };
      },
      also: ({ fleet }) =>
        fleet.countLines('the process stood still') > 0
          ? []
          : ['nobody is told that a process stood still'],
    });
  },
};

/** Restarts its worker whenever the model server sees the row: what a supervisor does with a bot that a row
 *  kills. Settles when that has happened so often, or the batch is delivered. */
async function killOverRow(
  { fleet, model }: ChaosWorld,
  sku: string,
  { times, isOver }: { readonly times: number; readonly isOver: () => boolean },
): Promise<number> {
  let seen = 0;
  for (let kills = 0; kills < times; kills += 1) {
    const asked = (): number => model.calls.filter((call) => call.rowText.includes(sku)).length;
    await waitUntil(() => asked() > seen || isOver(), 60_000);
    if (isOver() || asked() === seen) return kills;
    await fleet.kill(0);
    seen = asked();
    await fleet.start(0);
  }
  return times;
}

const poison: Scenario = {
  name: 'poison-row',
  fault: 'a row that kills its worker, every time',
  promise: 'the row fails alone with E_ROW_CRASHED_WORKER, all its neighbours are done',
  run(stage) {
    const sku = toSku(stage.random.whole(10, 50));
    return runTrial(stage, {
      rows: 60,
      world: { replicas: 1, rowMs: 100 },
      strikeAfter: 0,
      failures: new Map([[sku, 'E_ROW_CRASHED_WORKER']]),
      prepare: ({ model }) => model.faults.next({ matching: sku, hang: true }, Infinity),
      async strike(world, watch) {
        const isOver = (): boolean => watch.counts()?.state === 'done';
        const injected = await killOverRow(world, sku, { times: 8, isOver });
        return { injected };
      },
    });
  },
};

export const processFaults: readonly Scenario[] = [
  kill,
  killAll,
  rollingRestart,
  standstill,
  blocked,
  poison,
];
