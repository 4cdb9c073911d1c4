// One batch through the real bot, watched from outside: what the model server answered and when, and,
// about once a second, what the bot, the gate and the machine were doing.

import { setTimeout as pause } from 'node:timers/promises';
import type { BenchBot, BenchWorld, DroppedBatch } from './bench-world.ts';
import { tableColumns } from './bench-table.ts';
import type { CallNote } from './model-process.ts';
import { readMachineCpuMs } from './process-usage.ts';

export interface Sample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Of the bot, since it was started. */
  readonly cpuMs: number;
  readonly rssMb: number;
  /** Of everything on the machine; undefined where the system does not tell. */
  readonly machineCpuMs: number | undefined;
  /** Requests at the model server, waiting ones included. */
  readonly atServer: number;
  readonly waitingAtServer: number;
  /** Of the gate: what may be in flight, and what is, in weight. */
  readonly budget: number;
  readonly inFlight: number;
}

export interface DarkroomRun {
  readonly rows: number;
  readonly droppedMs: number;
  readonly deliveredMs: number;
  /** Answered requests. */
  readonly calls: readonly CallNote[];
  readonly samples: readonly Sample[];
}

const lookEveryMs = 1000;

export interface Watched {
  readonly world: BenchWorld;
  readonly bot: BenchBot;
  readonly rows: number;
  /** Number of the first product. */
  readonly first: number;
  /** Hears how many rows were answered, about every 10 s. */
  onProgress(answered: number): void;
}

/** Rejects where the batch was not delivered `withinMs`, or a row was not answered. */
export async function runBatch(watched: Watched, withinMs: number): Promise<DarkroomRun> {
  const { world, rows, first } = watched;
  await world.model.look();
  const batch = await world.drop(world.table(rows, { first }));
  const { calls, samples, deliveredMs } = await watch(watched, batch, withinMs);
  const answered = calls.filter(({ result, rowText }) => result === 200 && isRow(rowText));
  if (answered.length < rows) {
    throw new Error(`${answered.length} of ${rows} rows were answered by the model server`);
  }
  return { rows, droppedMs: batch.droppedMs, deliveredMs, calls: answered, samples };
}

async function watch(
  { world, bot, onProgress }: Watched,
  batch: DroppedBatch,
  withinMs: number,
): Promise<{ calls: CallNote[]; samples: Sample[]; deliveredMs: number }> {
  const calls: CallNote[] = [];
  const samples: Sample[] = [];
  const delivery = batch.delivered(withinMs);
  // It is met below; this only keeps it from counting as unhandled until then.
  delivery.catch(() => {});
  let deliveredMs: number | undefined;
  for (let looks = 1; deliveredMs === undefined; looks += 1) {
    deliveredMs = await Promise.race([delivery, pause(lookEveryMs, undefined)]);
    const { sample, ended } = await takeSample(world, bot);
    calls.push(...ended);
    samples.push(sample);
    if (looks % 10 === 0) onProgress(calls.length);
  }
  return { calls, samples, deliveredMs };
}

async function takeSample(
  { model }: BenchWorld,
  bot: BenchBot,
): Promise<{ sample: Sample; ended: readonly CallNote[] }> {
  const [look, usage, machineCpuMs, metrics] = await Promise.all([
    model.look(),
    bot.usage(),
    readMachineCpuMs(),
    bot.metrics(),
  ]);
  const sample = {
    atMs: Date.now(),
    cpuMs: usage.cpuMs,
    rssMb: usage.rssMb,
    machineCpuMs,
    atServer: look.running + look.waiting,
    waitingAtServer: look.waiting,
    budget: readGate(metrics, 'budget'),
    inFlight: readGate(metrics, 'in_flight'),
  };
  return { sample, ended: look.ended };
}

/** The bot's own test request is none. */
function isRow(rowText: string): boolean {
  return rowText.startsWith(tableColumns[0]);
}

/** NaN where the bot does not tell. */
export function readGate(metrics: string, kind: 'budget' | 'in_flight'): number {
  const line = new RegExp(`^darkroom_gate_${kind}_weight\\{[^}]*\\} (\\S+)$`, 'mu');
  return Number(line.exec(metrics)?.[1] ?? NaN);
}
