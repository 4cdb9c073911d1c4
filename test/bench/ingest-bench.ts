// A million rows through the real bot: read, begun, stopped, and given back as files. (To have the model answer
// all of them would take hours.) What finished rows take in Redis is measured with a smaller batch.

import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { sampleCsv } from '../../src/sandbox/samples/sample-csv.ts';
import type { Bench, BenchReport, BenchResult } from './bench.ts';
import { benchKeys, dropAndFind, untilRecord, type FoundBatch } from './batch-record.ts';
import { startBenchWorld, type BenchBot, type BenchWorld } from './bench-world.ts';
import { startLoopWatch, type BlockedLoops, type LoopWatch } from './ingest-loop-watch.ts';
import { round } from './statistics.ts';
import { stopBatch } from './stop-batch.ts';

const rows = 1_000_000;
const finishedRows = 2000;
/** Rows run for so long before Stop is pressed. */
const runMs = 3000;
const deliveryMs = 240_000;
/** The default of CACHE_MAX_MB: what the answers of all batches may take, kept for later rows. */
const cacheBytes = 64 * 1024 * 1024;
const targets = { rowsPerS: 50_000, rssMb: 300, bytesPerRow: 500, blockMs: 50 };

/** Bytes in Redis for a row. */
interface Finished {
  readonly batchBytes: number;
  /** With the answers kept for later rows and everything else that was not there before. */
  readonly allBytes: number;
}

interface Million {
  readonly fileMb: number;
  readonly readSeconds: number;
  readonly deliverySeconds: number;
  readonly peakRssMb: number;
  readonly reading: BlockedLoops;
  readonly whole: BlockedLoops;
}

export const ingestBench: Bench = {
  name: 'ingest',
  about: 'a million rows: how fast they are read, memory, Redis, and a loop that stays free',
  async run({ rounds = 1, say }) {
    const turns: Million[] = [];
    let finished: Finished | undefined;
    for (let turn = 0; turn < rounds; turn += 1) {
      await using watch = await startLoopWatch();
      await using world = await startBenchWorld({ model: { profile: 'instant' } });
      await using bot = await world.startBot(watch.settings);
      finished ??= await runSample(world);
      say('a smaller batch is done');
      const million = await runMillion(world, bot, watch);
      say(`read in ${million.readSeconds.toFixed(1)} s`);
      turns.push(million);
    }
    if (finished === undefined) throw new Error('no round was run');
    return toReport(turns, finished);
  },
};

/** Rows as the sample's, each with a text of its own, to their last outcome. */
async function runSample(world: BenchWorld): Promise<Finished> {
  const before = await readUsedMemory(world.redis);
  const batch = await dropAndFind(world, await toSampleTable(world), { name: 'sample.csv' });
  await untilRecord(world.redis, batch.id, ({ state }) => state === 'done');
  await batch.delivered(deliveryMs);
  const keys = await world.redis.keys(`${benchKeys.prefix}:batch:${batch.id}:*`);
  const sizes = await Promise.all(
    keys.map((key) => world.redis.memory('USAGE', key, 'SAMPLES', 0)),
  );
  const batchBytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const allBytes = (await readUsedMemory(world.redis)) - before;
  return { batchBytes: batchBytes / finishedRows, allBytes: allBytes / finishedRows };
}

async function toSampleTable({ pictures }: BenchWorld): Promise<Buffer> {
  const text = await sampleCsv('products.csv', pictures.host);
  const [header = '', ...lines] = text.trimEnd().split('\n');
  // The host has photos under numbers only; the links keep about their length.
  const own = Array.from({ length: finishedRows }, (_, index) => {
    const line = lines[index % lines.length] ?? '';
    return line
      .replace(/^([A-Z]+)-\d+/u, `$1-${String(index).padStart(4, '0')}`)
      .replaceAll(
        /\/pictures\/[^,"\s]+/gu,
        `/photos/products/${String(index).padStart(8, '0')}.jpg`,
      );
  });
  return Buffer.from([header, ...own, ''].join('\n'));
}

async function readUsedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/mu.exec(await redis.info('memory'))?.[1]);
}

async function runMillion(world: BenchWorld, bot: BenchBot, watch: LoopWatch): Promise<Million> {
  const table = world.table(rows);
  const batch = await dropAndFind(world, table, { name: 'million.csv' });
  const running = await untilRecord(world.redis, batch.id, ({ state }) => state === 'running');
  await pause(runMs);
  const stoppedMs = await stopAndDeliver(world, batch);
  const endedMs = Date.now();
  const { peakRssMb } = await bot.usage();
  return {
    fileMb: table.length / 1_000_000,
    readSeconds: (running.startedMs - batch.droppedMs) / 1000,
    deliverySeconds: (endedMs - stoppedMs) / 1000,
    peakRssMb,
    reading: await watch.read(batch.droppedMs, running.startedMs),
    whole: await watch.read(batch.droppedMs, endedMs),
  };
}

/** Settles with the time of the click, when the files are there. */
async function stopAndDeliver(world: BenchWorld, batch: FoundBatch): Promise<number> {
  const stoppedMs = await stopBatch(world, batch);
  await batch.delivered(deliveryMs);
  return stoppedMs;
}

function toReport(turns: readonly Million[], finished: Finished): BenchReport {
  const results = turns.map((million) => toResult(million, finished));
  const isMet = results.every(
    (result) =>
      Number(result['rows_per_s']) >= targets.rowsPerS &&
      Number(result['rss_mb']) < targets.rssMb &&
      Number(result['redis_bytes_per_row']) < targets.bytesPerRow &&
      Number(result['max_loop_block_ms']) <= targets.blockMs,
  );
  const [first] = turns;
  return {
    table: [
      [
        'rows',
        'rows/s',
        'most memory',
        'Redis, bytes a row',
        'loop blocked at most',
        'its own work in that',
        'idle process',
        'stopped and delivered in',
      ],
      ...turns.map((million) => [
        rows.toLocaleString('en'),
        (rows / million.readSeconds).toFixed(0),
        `${million.peakRssMb.toFixed(0)} MB`,
        toBytesPerRow(finished).toFixed(0),
        `${million.whole.bot.maxMs.toFixed(0)} ms`,
        `${million.whole.bot.maxWorkedMs.toFixed(0)} ms`,
        `${million.whole.idle.maxMs.toFixed(0)} ms`,
        `${million.deliverySeconds.toFixed(1)} s`,
      ]),
    ],
    results,
    notes: [
      `A file of ${first?.fileMb.toFixed(0)} MB is dropped, runs for ${runMs / 1000} s, and is stopped; its ${rows.toLocaleString('en')} rows come back as files. rows/s: from the drop, with the download, until rows may run. Memory: the most that the bot's process held since it was started.`,
      `The loop: the longest time in which the bot's event loop took nothing new, seen from inside every 2 ms; beside it the most that its thread worked in any such time, which other processes hardly change, and how long a process that does nothing was kept from its turn. In half of all spans of 200 ms it was under ${first?.whole.bot.medianMs.toFixed(0)} ms (idle: ${first?.whole.idle.medianMs.toFixed(0)} ms).`,
      `Redis: ${finished.batchBytes.toFixed(0)} bytes a row for all keys of a finished batch of ${finishedRows.toLocaleString('en')} rows like the sample's, outcomes included (MEMORY USAGE), and ${(cacheBytes / rows).toFixed(0)} for the answers kept for later rows, which all batches share and CACHE_MAX_MB bounds (64 MB unless set). While that bound is far, each of their rows keeps its own answer there too: in that batch ${finished.allBytes.toFixed(0)} bytes a row with all that Redis took beside.`,
      `Targets: ${targets.rowsPerS} rows/s, under ${targets.rssMb} MB, under ${targets.bytesPerRow} bytes, at most ${targets.blockMs} ms: ${isMet ? 'met' : 'missed'}.`,
    ],
  };
}

/** Of a million rows: their batch, and the kept answers as far as these are allowed to grow. */
function toBytesPerRow({ batchBytes }: Finished): number {
  return batchBytes + cacheBytes / rows;
}

function toResult(million: Million, finished: Finished): BenchResult {
  return {
    case: '1,000,000 rows',
    rows_per_s: round(rows / million.readSeconds, 0),
    rss_mb: round(million.peakRssMb, 1),
    redis_bytes_per_row: round(toBytesPerRow(finished), 1),
    redis_batch_bytes_per_row: round(finished.batchBytes, 1),
    redis_all_bytes_per_row_of_small_batch: round(finished.allBytes, 1),
    max_loop_block_ms: round(million.whole.bot.maxMs, 1),
    max_loop_work_ms: round(million.whole.bot.maxWorkedMs, 1),
    max_loop_block_reading_ms: round(million.reading.bot.maxMs, 1),
    idle_loop_block_ms: round(million.whole.idle.maxMs, 1),
    delivery_seconds: round(million.deliverySeconds, 1),
    file_mb: round(million.fileMb, 1),
  };
}
