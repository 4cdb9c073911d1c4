// What a person with few rows notices of a person with many, and whether equal batches get equal shares.

import { setTimeout as pause } from 'node:timers/promises';
import { dropAndFind, readRecord, untilRecord } from './batch-record.ts';
import type { Bench, BenchReport, BenchResult } from './bench.ts';
import { startBenchWorld, type BenchWorld } from './bench-world.ts';
import type { CallNote } from './model-process.ts';
import {
  medianOf,
  round,
  showSpread,
  spreadOf,
  toSpreadFields,
  type Spread,
} from './statistics.ts';

const smallRows = 20;
const largeRows = 100_000;
const equalBatches = 10;
const warmUpRows = 600;
const targetSlowdown = 2;
const targetShare = 0.8;

/** Rows of the large batch that are done before others come: the pace has found its load by then. */
const largeDone = 600;

interface Small {
  /** From the drop to the posted file. */
  readonly seconds: number;
  /** From when its rows might run to the last answer. */
  readonly rowSeconds: number;
  readonly requestSeconds: readonly number[];
}

interface Shares {
  readonly done: readonly number[];
  readonly seconds: number;
}

export const fairnessBench: Bench = {
  name: 'fairness',
  about: '20 rows beside 100,000, and ten equal batches at once',
  async run({ rounds, full, say }) {
    const count = rounds ?? (full ? 9 : 3);
    const windowMs = full ? 60_000 : 15_000;
    const { alone, loaded } = await measureSmall(count, say);
    const shares = await measureShares(windowMs);
    say(`shares: ${shares.done.join(', ')} rows`);
    return toReport({ alone, loaded, shares, rounds: count });
  },
};

async function measureSmall(
  rounds: number,
  say: (line: string) => void,
): Promise<{ alone: readonly Small[]; loaded: readonly Small[] }> {
  await using world = await startBenchWorld({ model: { profile: 'steady' } });
  await world.startBot();
  let first = 0;
  const takeTable = (rows: number): Buffer => {
    const table = world.table(rows, { first, onePhoto: true });
    first += rows;
    return table;
  };
  const warmUp = await dropAndFind(world, takeTable(warmUpRows));
  await warmUp.delivered(120_000);
  const alone: Small[] = [];
  const loaded: Small[] = [];
  while (alone.length < rounds) alone.push(await runSmall(world, takeTable(smallRows)));
  say(`alone: ${alone.map(({ seconds }) => seconds.toFixed(2)).join(', ')} s`);
  const large = await dropAndFind(world, takeTable(largeRows), { name: 'large.csv' });
  await untilRecord(world.redis, large.id, ({ done }) => done >= largeDone);
  while (loaded.length < rounds) loaded.push(await runSmall(world, takeTable(smallRows)));
  say(`under load: ${loaded.map(({ seconds }) => seconds.toFixed(2)).join(', ')} s`);
  return { alone, loaded };
}

async function runSmall(world: BenchWorld, table: Buffer): Promise<Small> {
  await world.model.look();
  const batch = await dropAndFind(world, table, { name: 'small.csv' });
  const deliveredMs = await batch.delivered(120_000);
  const { startedMs, done } = await readRecord(world.redis, batch.id);
  if (done !== smallRows) throw new Error(`${done} of ${smallRows} rows are done`);
  const texts = new Set(toSkus(table));
  const calls = (await world.model.look()).ended.filter(({ rowText }) =>
    texts.has(/\bS\d{7}\b/u.exec(rowText)?.[0] ?? ''),
  );
  const lastMs = Math.max(...calls.map(({ endedMs }) => endedMs));
  return {
    seconds: (deliveredMs - batch.droppedMs) / 1000,
    rowSeconds: (lastMs - startedMs) / 1000,
    requestSeconds: calls.map(toSeconds),
  };
}

function toSkus(table: Buffer): readonly string[] {
  return table.toString().match(/^S\d{7}/gmu) ?? [];
}

function toSeconds({ startedMs, endedMs }: CallNote): number {
  return (endedMs - startedMs) / 1000;
}

/** Rows that each of ten equal batches gets done in the same time, all of them running. */
async function measureShares(windowMs: number): Promise<Shares> {
  await using world = await startBenchWorld({ model: { profile: 'steady' } });
  await world.startBot();
  const ids: string[] = [];
  while (ids.length < equalBatches) {
    const table = world.table(largeRows / equalBatches, {
      first: ids.length * largeRows,
      onePhoto: true,
    });
    ids.push((await dropAndFind(world, table, { name: `equal-${ids.length}.csv` })).id);
  }
  for (const id of ids) await untilRecord(world.redis, id, ({ done }) => done > 0);
  const countDone = (): Promise<number[]> =>
    Promise.all(ids.map(async (id) => (await readRecord(world.redis, id)).done));
  const before = await countDone();
  await pause(windowMs);
  const after = await countDone();
  const done = after.map((rows, index) => rows - (before[index] ?? 0));
  return { done, seconds: windowMs / 1000 };
}

interface Measured {
  readonly alone: readonly Small[];
  readonly loaded: readonly Small[];
  readonly shares: Shares;
  readonly rounds: number;
}

function toReport({ alone, loaded, shares, rounds }: Measured): BenchReport {
  const request = medianOf(loaded.flatMap(({ requestSeconds }) => requestSeconds));
  const base = spreadOf(alone.map(({ seconds }) => seconds));
  const slow = spreadOf(loaded.map(({ seconds }) => seconds));
  const slowdown = toRatio(slow, request, base.median);
  const rowBase = medianOf(alone.map(({ rowSeconds }) => rowSeconds));
  const rowSlow = spreadOf(loaded.map(({ rowSeconds }) => rowSeconds));
  const rowSlowdown = toRatio(rowSlow, request, rowBase);
  const [least, most] = [Math.min(...shares.done), Math.max(...shares.done)];
  const share = most === 0 ? 0 : least / most;
  const results: BenchResult[] = [
    {
      case: '20 rows beside 100,000',
      ...toSpreadFields('slowdown', slowdown),
      ...toSpreadFields('rows_slowdown', rowSlowdown),
      seconds_alone: round(base.median, 3),
      seconds_under_load: round(slow.median, 3),
      request_seconds: round(request, 3),
      rounds,
    },
    {
      case: 'ten equal batches',
      share_of_best: round(share, 3),
      rows_least: least,
      rows_most: most,
      seconds: shares.seconds,
    },
  ];
  const isMet = slowdown.median <= targetSlowdown && share >= targetShare;
  return {
    table: [
      ['', 'alone', 'beside 100,000 rows', 'slowdown'],
      ['20 rows, drop to file', showSpread(base, 2), showSpread(slow, 2), showSpread(slowdown, 2)],
      [
        '20 rows, ready to last answer',
        rowBase.toFixed(2),
        showSpread(rowSlow, 2),
        showSpread(rowSlowdown, 2),
      ],
      [
        `ten equal batches, rows in ${shares.seconds} s`,
        '',
        `${least} to ${most}`,
        `least / most ${share.toFixed(2)}`,
      ],
    ],
    results,
    notes: [
      `Seconds, medians of ${rounds} rounds; in brackets the lowest and the highest. One process, the simulated server's profile steady, at the load that the pace has found. slowdown = (seconds under load - one median request under load, ${request.toFixed(2)} s) / median seconds alone.`,
      `Targets: a slowdown of ${targetSlowdown} from drop to file, shares within ${targetShare}: ${isMet ? 'met' : 'missed'}.`,
    ],
  };
}

function toRatio(loaded: Spread, request: number, alone: number): Spread {
  const toSlowdown = (seconds: number): number => (seconds - request) / alone;
  return {
    median: toSlowdown(loaded.median),
    min: toSlowdown(loaded.min),
    max: toSlowdown(loaded.max),
  };
}
