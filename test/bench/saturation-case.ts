// One case of the saturation benchmark: Darkroom and its three peers, in turns, at one simulated server
// process. The first batch starts from an empty Redis, and shows the cold start too.

import { setTimeout as pause } from 'node:timers/promises';
import type { Size } from '../../src/batch/tokens.ts';
import type { GpuProfileName } from '../../src/sandbox/model/gpu-profiles.ts';
import { startBenchWorld, type BenchBot, type BenchWorld } from './bench-world.ts';
import { startClosedLoop, type ClosedLoop } from './closed-loop.ts';
import { runBatch, type DarkroomRun } from './darkroom-run.ts';
import { startModelProcess, type ModelProcess } from './model-process.ts';
import { outputTokens, planPeers, type Peer, type Peers } from './saturation-peers.ts';
import { cutBatch, cutClosedLoop, findRampEnd, type SteadyWindow } from './steady-window.ts';

export interface SaturationCase {
  readonly profile: GpuProfileName;
  readonly megapixels: string;
  readonly photo: Size;
}

export interface DarkroomRound {
  readonly run: DarkroomRun;
  readonly window: SteadyWindow;
}

export interface CaseRun {
  readonly each: SaturationCase;
  readonly peers: Peers;
  readonly darkroom: readonly DarkroomRound[];
  readonly ideal: readonly SteadyWindow[];
  readonly script: readonly SteadyWindow[];
  readonly sequential: readonly SteadyWindow[];
  /** Requests per second that the simulator's process manages where its GPU takes no time. */
  readonly ceilingRowsPerS: number;
  /** From the first drop to 95 % of the ideal's rate; undefined where the batch ended before that. */
  readonly coldSeconds: number | undefined;
}

export interface CaseOptions {
  /** Of Darkroom and the ideal. */
  readonly rounds: number;
  /** Of the script and of one at a time, whose answers come one like the other; at most `rounds`. */
  readonly slowRounds: number;
  say(line: string): void;
}

/** How long the steady part is to be, in seconds. */
const steadyS = 12;
/** What the first batch has for its cold start, at the ideal's rate: at first it is slower than that. */
const coldS = 25;
/** A cold start that takes longer counts as steady from here on. */
const longestColdS = 60;
const coldShare = 0.95;
const peerNames = ['ideal', 'sequential', 'script'] as const;
const shortestRampWindowMs = 5000;
const deliveredWithinMs = 20 * 60_000;

export async function runCase(
  each: SaturationCase,
  { rounds, slowRounds, say }: CaseOptions,
): Promise<CaseRun> {
  const peers = planPeers(each.profile, each.photo, steadyS);
  // The script sends links, to pictures that nobody has shrunk.
  const forScript = { fetchesLinks: true, maxModelLen: 32_768 };
  const model = { profile: each.profile, outputTokens, ...forScript };
  await using world = await startBenchWorld({ model, photo: each.photo });
  await using bot = await world.startBot();
  await using loop = startClosedLoop();
  const turns = createTurns({ world, bot, loop, peers, say });
  const darkroom: DarkroomRun[] = [];
  const rates: Record<keyof Peers, SteadyWindow[]> = { ideal: [], script: [], sequential: [] };
  for (let round = 0; round < rounds; round += 1) {
    const names = round < slowRounds ? peerNames : (['ideal'] as const);
    const runPeers = async (): Promise<void> => {
      for (const name of names) rates[name].push(await turns.peer(name));
    };
    // The one that begins changes from round to round.
    if (round % 2 === 1) await runPeers();
    darkroom.push(await turns.darkroom(round === 0 ? coldS + steadyS : steadyS));
    if (round % 2 === 0) await runPeers();
  }
  const cold = findColdEnd(darkroom, rates.ideal, peers.ideal);
  return {
    each,
    peers,
    ...rates,
    darkroom: darkroom.map((run, round) => ({
      run,
      window: cutBatch(run.calls, {
        rows: run.rows,
        notBeforeMs: round > 0 ? 0 : cold.endMs,
      }),
    })),
    coldSeconds: cold.seconds,
    ceilingRowsPerS: await measureCeiling({ world, loop, say }),
  };
}

/** The rate is taken over as long as a row takes: before that nobody has had much of it. The best is what the
 *  ideal has done, or does in virtual time, where the machine was too busy for it. */
function findColdEnd(
  [run]: readonly DarkroomRun[],
  [ideal]: readonly SteadyWindow[],
  { latencyS, rowsPerS }: Peer,
): { readonly endMs: number; readonly seconds: number | undefined } {
  if (run === undefined || ideal === undefined) throw new Error('there was no round');
  const { droppedMs, calls } = run;
  const endMs = findRampEnd(calls, {
    sinceMs: droppedMs,
    windowMs: Math.max(latencyS * 1000, shortestRampWindowMs),
    rowsPerS: coldShare * Math.max(ideal.rowsPerS, rowsPerS),
  });
  return {
    endMs: Math.min(endMs ?? Infinity, droppedMs + longestColdS * 1000),
    seconds: endMs === undefined ? undefined : (endMs - droppedMs) / 1000,
  };
}

interface TurnParts {
  readonly world: BenchWorld;
  readonly bot: BenchBot;
  readonly loop: ClosedLoop;
  readonly peers: Peers;
  say(line: string): void;
}

interface Turns {
  /** A batch that takes so long at the ideal rate until its last row is sent. */
  darkroom(seconds: number): Promise<DarkroomRun>;
  peer(name: keyof Peers): Promise<SteadyWindow>;
}

function createTurns({ world, bot, loop, peers, say }: TurnParts): Turns {
  // A product comes once in a case: what was asked before is in the server's caches.
  let nextProduct = 0;
  const take = (products: number): number => (nextProduct += products) - products;
  return {
    async darkroom(seconds) {
      const { rowsPerS, workers } = peers.ideal;
      // Before the steady part as many as begin together, and during their time as many again; after it those
      // that still fill the server (steady-window.ts).
      const rows = Math.ceil(rowsPerS * seconds) + 3 * workers;
      const onProgress = (answered: number): void => say(`Darkroom: ${answered} of ${rows} rows`);
      return runBatch({ world, bot, rows, first: take(rows), onProgress }, deliveredWithinMs);
    },
    async peer(name) {
      const peer = peers[name];
      const place = { model: world.model, pictureHost: world.pictures.host };
      const window = await runLoop(loop, { ...place, peer, first: take(20_000) });
      say(`${name}, ${peer.workers} at once: ${window.rowsPerS.toFixed(2)} rows/s`);
      return window;
    },
  };
}

interface LoopPlace {
  readonly model: ModelProcess;
  readonly pictureHost: string;
  readonly peer: Pick<Peer, 'pictures' | 'workers' | 'seconds'>;
  /** Number of the first product. */
  readonly first: number;
}

/** Settles when the server has nothing more to do. */
async function runLoop(loop: ClosedLoop, { model, pictureHost, peer, first }: LoopPlace) {
  await model.look();
  const { pictures, workers, seconds } = peer;
  const place = { serverUrl: model.url, model: model.model, pictureHost };
  await loop.run({ ...place, pictures, workers, first, seconds });
  const { ended } = await untilIdle(model);
  const answered = ended.filter(({ result }) => result === 200);
  const brokenOff = ended.filter(({ result }) => result === 'disconnected');
  return cutClosedLoop(answered, { workers, brokenOff });
}

async function untilIdle(model: ModelProcess): ReturnType<ModelProcess['look']> {
  const ended = [];
  for (;;) {
    const look = await model.look();
    ended.push(...look.ended);
    if (look.running + look.waiting === 0) return { ...look, ended };
    await pause(50);
  }
}

/** The same requests to a server whose GPU takes no time. */
async function measureCeiling({
  world,
  loop,
  say,
}: Omit<TurnParts, 'bot' | 'peers'>): Promise<number> {
  await using model = await startModelProcess({ profile: 'instant', outputTokens });
  const peer = { pictures: 'prepared', workers: 32, seconds: 5 } as const;
  const place = { model, pictureHost: world.pictures.host, peer, first: 0 };
  const { rowsPerS } = await runLoop(loop, place);
  say(`the simulator's own ceiling: ${rowsPerS.toFixed(0)} rows/s`);
  return rowsPerS;
}
