// The simulated engine under load, in virtual time: a thousand rows take a moment. For finding the best
// concurrency before it is run in real time, and for holding the engine against published figures.

import { GpuEngine } from './gpu-engine.ts';
import { gpuProfiles, type EngineSettings, type GpuProfileName } from './gpu-profiles.ts';
import { toLoadFigures, type AnsweredRow, type LoadFigures } from './load-figures.ts';
import { toWork, type Rows } from './load-work.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface Load extends Rows {
  readonly profile: GpuProfileName;
  /** Changes single settings of the profile, such as `apiServers`. */
  readonly settings?: Partial<EngineSettings>;
}

export interface ClosedLoop extends Load {
  /** Requests in flight: the answer to one sends the next. */
  readonly concurrency: number;
  /** Between an answer and the next request of its place, such as for the way to the server; 0 unless
   *  given. */
  readonly pauseMs?: number;
}

export interface OpenLoop extends Load {
  /** When each row comes, in milliseconds; as many as `rows`. */
  readonly arrivalsMs: readonly number[];
}

export interface Sweep {
  readonly best: SweepPoint;
  readonly points: readonly SweepPoint[];
}

export interface SweepPoint {
  readonly concurrency: number;
  readonly figures: LoadFigures;
}

/** Always so many in flight, until all rows were sent. The same load gives the same figures. */
export function simulateClosedLoop(loop: ClosedLoop): LoadFigures {
  const run = createRun(loop);
  const { clock } = run;
  let sent = 0;
  const sendNext = (): void => {
    if (sent === loop.rows) return;
    sent += 1;
    run.send(sent - 1, () => void clock.at(clock.now() + (loop.pauseMs ?? 0), sendNext));
  };
  for (let place = 0; place < Math.min(loop.concurrency, loop.rows); place += 1) {
    clock.at(0, sendNext);
  }
  return run.finish(loop.concurrency);
}

/** Rows come when they come, whatever is in flight. */
export function simulateOpenLoop(loop: OpenLoop): LoadFigures {
  const run = createRun(loop);
  for (const [row, arrivalMs] of loop.arrivalsMs.entries()) {
    run.clock.at(arrivalMs, () => run.send(row, () => {}));
  }
  return run.finish(1);
}

const sweptConcurrencies = [
  1, 2, 4, 8, 12, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 256, 320, 384,
];

/** The concurrency with the most rows per second, of those given; the least one that comes within
 *  0.5 % of the best, as more would only add to the time of each row. */
export function findBestConcurrency(
  load: Load,
  concurrencies: readonly number[] = sweptConcurrencies,
): Sweep {
  const points = concurrencies.map((concurrency) => {
    // Enough rows for the start and the end, which differ, not to matter.
    const rows = Math.max(load.rows, concurrency * 12);
    return { concurrency, figures: simulateClosedLoop({ ...load, rows, concurrency }) };
  });
  const most = Math.max(...points.map(({ figures }) => figures.steadyRowsPerS));
  const best = points.find(({ figures }) => figures.steadyRowsPerS >= 0.995 * most);
  if (best === undefined) throw new Error('No concurrency to try was given.');
  return { best, points };
}

interface Run {
  readonly clock: VirtualClock;
  send(row: number, onEnd: () => void): void;
  /** Lets everything happen. */
  finish(wave: number): LoadFigures;
}

function createRun(load: Load): Run {
  const clock = new VirtualClock();
  const settings = { ...gpuProfiles[load.profile], ...load.settings };
  const answered: AnsweredRow[] = [];
  const steps: [number, number][] = [];
  const engine = new GpuEngine({
    clock,
    settings,
    onSteps: (durationMs, tokens) => void steps.push([durationMs, tokens]),
  });
  const peaks = { running: 0, waiting: 0, rendering: 0, cacheUse: 0 };
  let refused = 0;
  const send = (row: number, onEnd: () => void): void => {
    const work = toWork(load, row);
    engine.submit(work, {
      onDone: (timing) => {
        answered.push({ timing, endMs: clock.now(), outputTokens: work.completionTokens });
        onEnd();
      },
      onRefused: () => {
        refused += 1;
        onEnd();
      },
    });
  };
  const finish = (wave: number): LoadFigures => {
    while (clock.nextMs() < Infinity) {
      notePeaks(peaks, engine);
      clock.advanceTo(clock.nextMs());
    }
    return toLoadFigures({ answered, refused, steps, peaks, wave, totals: engine.totals });
  };
  return { clock, send, finish };
}

type MutablePeaks = { -readonly [Key in keyof LoadFigures['peaks']]: number };

function notePeaks(peaks: MutablePeaks, engine: GpuEngine): void {
  peaks.running = Math.max(peaks.running, engine.running);
  peaks.waiting = Math.max(peaks.waiting, engine.waiting);
  peaks.rendering = Math.max(peaks.rendering, engine.rendering);
  peaks.cacheUse = engine.peakCacheUse;
}
