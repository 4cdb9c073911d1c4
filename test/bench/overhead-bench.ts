// What Darkroom itself costs for a row where model and pictures cost nothing: processor time, commands to
// Redis, and how many rows a second one process gets through at most.

import type { Bench, BenchReport, BenchResult } from './bench.ts';
import { dropAndFind, untilRecord } from './batch-record.ts';
import { startBenchWorld, type BenchBot, type BenchWorld } from './bench-world.ts';
import { startPeer, type Peer, type PeerOrder } from './overhead-peer.ts';
import { round, showSpread, toSpreadFields, spreadOf, type Spread } from './statistics.ts';

/** Requests in flight of the peers. */
const peerInFlight = 32;
const warmUpRows = 4000;
const countedRows = 2000;
const targets = { cpuMs: 1.5, commands: 12, rowsPerS: 600 };

interface Sizes {
  readonly rows: number;
  readonly rounds: number;
}

interface Turn {
  readonly cpuMsPerRow: number;
  readonly rowsPerS: number;
  readonly peerCpuMsPerRow: number;
  readonly peerRowsPerS: number;
  readonly serverRowsPerS: number;
}

export const overheadBench: Bench = {
  name: 'overhead',
  about: 'processor time and Redis commands of Darkroom for a row, against p-queue with openai',
  async run({ rounds, full, say }) {
    const sizes = { rows: full ? 20_000 : 6000, rounds: rounds ?? (full ? 9 : 3) };
    const commands = await countCommands();
    say(`${commands.toFixed(1)} Redis commands a row`);
    const turns = await takeTurns(sizes, say);
    return toReport(turns, { commands, ...sizes });
  },
};

/** In a world of its own: the relay that counts takes time. */
async function countCommands(): Promise<number> {
  await using world = await startBenchWorld({
    model: { profile: 'instant' },
    countCommands: true,
  });
  await world.startBot();
  const before = world.commands();
  await runBatch(world, { rows: countedRows, first: 0 });
  return (world.commands() - before) / countedRows;
}

async function takeTurns({ rows, rounds }: Sizes, say: (line: string) => void): Promise<Turn[]> {
  await using world = await startBenchWorld({ model: { profile: 'instant' } });
  await using bot = await world.startBot();
  await using peer = startPeer();
  await runBatch(world, { rows: warmUpRows, first: 0 });
  await runPeer(peer, world, { way: 'openai', rows: warmUpRows, first: 0 });
  const turns: Turn[] = [];
  for (let turn = 0; turn < rounds; turn += 1) {
    const each = { rows, first: warmUpRows + turn * rows };
    const ours = await measureBatch(world, bot, each);
    const theirs = await runPeer(peer, world, { way: 'openai', ...each });
    const plain = await runPeer(peer, world, { way: 'plain', rows: rows / 4, first: each.first });
    turns.push({
      ...ours,
      peerCpuMsPerRow: theirs.cpuMsPerRow,
      peerRowsPerS: theirs.rowsPerS,
      serverRowsPerS: plain.rowsPerS,
    });
    say(`${turn + 1} of ${rounds}: ${ours.cpuMsPerRow.toFixed(2)} ms a row`);
  }
  return turns;
}

interface Rows {
  readonly rows: number;
  readonly first: number;
}

/** The processor time from the drop to the posted file; the rate from 10 % of the rows to 90 %. */
async function measureBatch(
  world: BenchWorld,
  bot: BenchBot,
  rows: Rows,
): Promise<Pick<Turn, 'cpuMsPerRow' | 'rowsPerS'>> {
  const before = await bot.usage();
  const rowsPerS = await runBatch(world, rows);
  const after = await bot.usage();
  return { cpuMsPerRow: (after.cpuMs - before.cpuMs) / rows.rows, rowsPerS };
}

/** Rejects where a row failed. */
async function runBatch(world: BenchWorld, { rows, first }: Rows): Promise<number> {
  const batch = await dropAndFind(world, world.table(rows, { first, onePhoto: true }));
  const reach = async (share: number): Promise<{ done: number; ms: number }> => {
    const { done } = await untilRecord(
      world.redis,
      batch.id,
      (record) => record.done + record.failed >= rows * share,
    );
    return { done, ms: performance.now() };
  };
  const [from, to] = [await reach(0.1), await reach(0.9)];
  const { failed } = await untilRecord(world.redis, batch.id, ({ state }) => state === 'done');
  if (failed > 0) throw new Error(`${failed} rows failed`);
  await batch.delivered(60_000);
  return ((to.done - from.done) / (to.ms - from.ms)) * 1000;
}

async function runPeer(
  peer: Peer,
  { model, pictures }: BenchWorld,
  order: Pick<PeerOrder, 'way' | 'rows' | 'first'>,
): Promise<{ cpuMsPerRow: number; rowsPerS: number }> {
  const { seconds, cpuMs } = await peer.run({
    ...order,
    serverUrl: model.url,
    model: model.model,
    picture: pictures.urlOf(0),
    inFlight: peerInFlight,
  });
  return { cpuMsPerRow: cpuMs / order.rows, rowsPerS: order.rows / seconds };
}

function toReport(
  turns: readonly Turn[],
  { commands, rows, rounds }: Sizes & { commands: number },
): BenchReport {
  const of = (field: keyof Turn): Spread => spreadOf(turns.map((turn) => turn[field]));
  const [cpu, rate] = [of('cpuMsPerRow'), of('rowsPerS')];
  const [peerCpu, peerRate] = [of('peerCpuMsPerRow'), of('peerRowsPerS')];
  const ceiling = of('serverRowsPerS');
  const result: BenchResult = {
    case: 'one 256x256 picture, a text for each row',
    ...toSpreadFields('cpu_ms_per_row', cpu),
    redis_commands_per_row: round(commands, 2),
    ...toSpreadFields('rows_per_s', rate, 0),
    ...toSpreadFields('peer_cpu_ms_per_row', peerCpu),
    ...toSpreadFields('peer_rows_per_s', peerRate, 0),
    server_ceiling_rows_per_s: round(ceiling.median, 0),
    rows,
    rounds,
  };
  const { cpuMs, commands: maxCommands, rowsPerS } = targets;
  const isMet = cpu.median <= cpuMs && commands <= maxCommands && rate.median >= rowsPerS;
  return {
    table: [
      ['', 'CPU ms a row', 'Redis commands a row', 'rows/s'],
      ['Darkroom', showSpread(cpu, 2), commands.toFixed(1), showSpread(rate, 0)],
      ['p-queue and openai', showSpread(peerCpu, 2), '0', showSpread(peerRate, 0)],
      ['the simulated server alone', '', '', showSpread(ceiling, 0)],
    ],
    results: [result],
    notes: [
      `Medians of ${rounds} rounds of ${rows} rows, in turns; in brackets the lowest and the highest.`,
      'Darkroom: the processor time of its process, all threads, from the drop to the posted file; rows/s from 10 % of the rows to 90 %. The commands are counted in a batch of their own, from the drop to the posted file.',
      `p-queue and openai, ${peerInFlight} in flight: no file, no Redis, no retries that survive the process, no results file.`,
      `Targets: ${cpuMs} ms, ${maxCommands} commands, ${rowsPerS} rows/s: ${isMet ? 'met' : 'missed'}.`,
    ],
  };
}
