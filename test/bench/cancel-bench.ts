// How soon nothing is left to do for a batch that a person stops: from the click on Stop until the model server
// runs nothing, and gets nothing more.

import { setTimeout as pause } from 'node:timers/promises';
import { dropAndFind, untilRecord } from './batch-record.ts';
import type { Bench, BenchReport } from './bench.ts';
import { startBenchWorld, type BenchWorld } from './bench-world.ts';
import type { CallNote } from './model-process.ts';
import { showSpread, spreadOf, toSpreadFields, type Spread } from './statistics.ts';
import { stopBatch } from './stop-batch.ts';

/** More than can be done before it is stopped. */
const rows = 5000;
/** Rows that are done when Stop is pressed: by then the gate is full. */
const doneBefore = 100;
/** For so long nothing more may come to the server. */
const quietMs = 1500;
const targetSeconds = 1;

/** Requests long enough that none would end in time by itself: 1.5 s and more. */
const model = { profile: 'steady', times: { imageMs: 1500, maxRunning: 64 } } as const;

interface Round {
  readonly seconds: number;
  /** Requests under way at the click. */
  readonly inFlight: number;
}

export const cancelBench: Bench = {
  name: 'cancel',
  about: 'from the click on Stop until the model server runs nothing',
  async run({ rounds, full, say }) {
    const count = rounds ?? (full ? 9 : 3);
    const cases: { bots: number; turns: Round[] }[] = [];
    for (const bots of [1, 2]) {
      const turns = await measure(bots, count);
      say(`${bots} at work: ${turns.map(({ seconds }) => seconds.toFixed(2)).join(', ')} s`);
      cases.push({ bots, turns });
    }
    return toReport(cases, count);
  },
};

async function measure(count: number, rounds: number): Promise<Round[]> {
  await using world = await startBenchWorld({ model });
  for (let bot = 0; bot < count; bot += 1) await world.startBot();
  const turns: Round[] = [];
  for (let turn = 0; turn < rounds; turn += 1) turns.push(await runRound(world, turn * rows));
  return turns;
}

async function runRound(world: BenchWorld, first: number): Promise<Round> {
  await world.model.look();
  const batch = await dropAndFind(world, world.table(rows, { first, onePhoto: true }));
  await untilRecord(world.redis, batch.id, ({ done }) => done >= doneBefore);
  const clickedMs = await stopBatch(world, batch);
  const calls = await collectUntilQuiet(world);
  await batch.delivered(60_000);
  const endedMs = calls.reduce((last, call) => Math.max(last, call.endedMs), clickedMs);
  const underWay = calls.filter((call) => call.startedMs <= clickedMs && call.endedMs >= clickedMs);
  if (underWay.length === 0) throw new Error('nothing was under way when Stop was pressed');
  return { seconds: (endedMs - clickedMs) / 1000, inFlight: underWay.length };
}

/** Every request until the server has been without one for a while. */
async function collectUntilQuiet({ model: server }: BenchWorld): Promise<readonly CallNote[]> {
  const calls: CallNote[] = [];
  let quietSince = performance.now();
  while (performance.now() - quietSince < quietMs) {
    const { running, waiting, ended } = await server.look();
    calls.push(...ended);
    if (running + waiting > 0 || ended.length > 0) quietSince = performance.now();
    await pause(20);
  }
  return calls;
}

function toReport(
  cases: readonly { readonly bots: number; readonly turns: readonly Round[] }[],
  rounds: number,
): BenchReport {
  const measured = cases.map(({ bots, turns }) => ({
    name: bots === 1 ? 'one process' : `${bots} processes`,
    seconds: spreadOf(turns.map((turn) => turn.seconds)),
    inFlight: spreadOf(turns.map((turn) => turn.inFlight)),
  }));
  const isMet = measured.every(({ seconds }: { seconds: Spread }) => seconds.max <= targetSeconds);
  return {
    table: [
      ['', 'seconds', 'requests under way at the click'],
      ...measured.map(({ name, seconds, inFlight }) => [
        name,
        showSpread(seconds, 2),
        showSpread(inFlight, 0),
      ]),
    ],
    results: measured.map(({ name, seconds, inFlight }) => ({
      case: name,
      ...toSpreadFields('seconds', seconds),
      in_flight: inFlight.median,
      rounds,
    })),
    notes: [
      `Medians of ${rounds} rounds; in brackets the lowest and the highest. By the server's own notes: from the click to the end of the last request there; it is then watched for ${quietMs / 1000} s, in which nothing may come. Every request would take 1.5 s or more.`,
      `Target: ${targetSeconds} s in every round: ${isMet ? 'met' : 'missed'}.`,
    ],
  };
}
