// One budget for one to four worker processes: it is used, and never passed.

import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { dropAndFind, untilRecord } from './batch-record.ts';
import type { Bench, BenchReport, BenchResult } from './bench.ts';
import { startBenchWorld, type BenchWorld } from './bench-world.ts';
import { toAverageInFlight, toTimeWeighted, type GateSample } from './scale-use.ts';
import { medianOf, round } from './statistics.ts';

/** What may be in flight: a ceiling under which the pace stays, far below what the server takes. */
const ceiling = 32;
const rows = 20_000;
const sampleEveryMs = 10;
const targetSlotUse = 0.97;
/** Requests of about a second, which is short for a GPU at work. */
const model = { profile: 'steady', times: { imageMs: 600, maxRunning: 256 } } as const;

interface Scaled {
  readonly workers: number;
  readonly slotUse: number;
  /** Share of the budget that was at the server, by its own notes. */
  readonly serverUse: number;
  readonly overBudget: number;
  readonly rowsPerS: number;
  readonly seconds: number;
  readonly budget: number;
  readonly requestSeconds: number;
}

export const scaleBench: Bench = {
  name: 'scale',
  about: 'one to four workers on one budget: slots used, moments above it',
  async run({ full, say }) {
    const windowMs = full ? 60_000 : 12_000;
    const scaled: Scaled[] = [];
    for (const workers of full ? [1, 2, 3, 4] : [1, 2, 4]) {
      const each = await measure(workers, windowMs);
      say(`${workers} workers: ${(each.slotUse * 100).toFixed(1)} %, above: ${each.overBudget}`);
      scaled.push(each);
    }
    return toReport(scaled);
  },
};

async function measure(workers: number, windowMs: number): Promise<Scaled> {
  await using world = await startBenchWorld({
    model,
    settings: { VLLM_MAX_IN_FLIGHT: String(ceiling) },
  });
  await world.startBot({ ROLE: 'bot' });
  for (let worker = 0; worker < workers; worker += 1) await world.startBot({ ROLE: 'worker' });
  const batch = await dropAndFind(world, world.table(rows, { onePhoto: true }));
  const gate = await untilCeiling(world, batch.id);
  // Awaited here: the world ends with this function.
  const scaled = await watchGate({ world, gate, workers, windowMs });
  return scaled;
}

/** The limiter's key; settles when the budget has reached its ceiling and the gate was filled once. */
async function untilCeiling({ redis }: BenchWorld, id: string): Promise<string> {
  await untilRecord(redis, id, ({ done }) => done > 0);
  const [gate] = await redis.keys('b_*_settings');
  if (gate === undefined) throw new Error('there is no gate');
  for (let looks = 0; looks < 12_000; looks += 1) {
    const { running, budget } = await readGate(redis, gate);
    if (budget === ceiling && running === ceiling) return gate;
    await pause(sampleEveryMs);
  }
  throw new Error('the gate was never filled to its ceiling');
}

async function readGate(redis: Redis, gate: string): Promise<{ running: number; budget: number }> {
  const [running, budget] = await redis.hmget(gate, 'running', 'maxConcurrent');
  return { running: Number(running), budget: Number(budget) };
}

interface Watch {
  readonly world: BenchWorld;
  readonly gate: string;
  readonly workers: number;
  readonly windowMs: number;
}

async function watchGate({ world, gate, workers, windowMs }: Watch): Promise<Scaled> {
  const before = (await world.model.look()).ended;
  const fromMs = Date.now();
  const samples: (GateSample & { readonly budget: number })[] = [];
  while (Date.now() - fromMs < windowMs) {
    const { running, budget } = await readGate(world.redis, gate);
    samples.push({ atMs: performance.now(), use: running / budget, budget });
    await pause(sampleEveryMs);
  }
  const toMs = Date.now();
  // Requests of the window that are still under way end by then.
  await pause(2000);
  const calls = (await world.model.look()).ended;
  const inWindow = calls.filter(({ startedMs, endedMs }) => startedMs >= fromMs && endedMs <= toMs);
  const least = Math.min(...samples.map(({ budget }) => budget));
  return {
    workers,
    slotUse: toTimeWeighted(samples),
    serverUse: toAverageInFlight(calls, { fromMs, toMs }) / ceiling,
    // Before, while the budget was still rising, it was no more than its ceiling.
    overBudget:
      inWindow.filter(({ inFlight }) => inFlight > least).length +
      before.filter(({ inFlight }) => inFlight > ceiling).length,
    rowsPerS: (inWindow.length / (toMs - fromMs)) * 1000,
    seconds: (toMs - fromMs) / 1000,
    budget: least,
    requestSeconds: medianOf(
      inWindow.map(({ startedMs, endedMs }) => (endedMs - startedMs) / 1000),
    ),
  };
}

function toReport(scaled: readonly Scaled[]): BenchReport {
  const results = scaled.map((each): BenchResult => ({
    case: `${each.workers} ${each.workers === 1 ? 'worker' : 'workers'}`,
    workers: each.workers,
    slot_use: round(each.slotUse, 4),
    over_budget: each.overBudget,
    server_use: round(each.serverUse, 4),
    rows_per_s: round(each.rowsPerS, 1),
    budget: each.budget,
    request_seconds: round(each.requestSeconds, 3),
    seconds: round(each.seconds, 1),
  }));
  const isMet = scaled.every(
    ({ slotUse, overBudget }) => slotUse >= targetSlotUse && overBudget === 0,
  );
  return {
    table: [
      ['workers', 'slots used', 'requests above the budget', 'at the server', 'rows/s'],
      ...scaled.map((each) => [
        String(each.workers),
        `${(each.slotUse * 100).toFixed(1)} %`,
        String(each.overBudget),
        `${(each.serverUse * 100).toFixed(1)} %`,
        each.rowsPerS.toFixed(0),
      ]),
    ],
    results,
    notes: [
      `So many processes with ROLE=worker and one with ROLE=bot on one Redis; VLLM_MAX_IN_FLIGHT=${ceiling} holds the budget still, every row weighs 1, the server takes more, and a request takes ${scaled[0]?.requestSeconds.toFixed(2)} s there (median). Slots used: weight in flight at the limiter over the budget, weighted by time, sampled about every ${sampleEveryMs} ms for ${scaled[0]?.seconds.toFixed(0)} s after the gate was first full.`,
      'Requests above the budget: by the server’s own notes, every request with which more were in flight there than the budget, itself included. At the server: the share of the budget that was there on average, by the same notes; what lacks is under way between Redis, the worker and the server.',
      `Targets: ${targetSlotUse * 100} % of the slots used, none above the budget: ${isMet ? 'met' : 'missed'}.`,
    ],
  };
}
