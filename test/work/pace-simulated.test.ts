import { describe, expect, it } from 'vitest';
import { findBestConcurrency, type Load } from '../../src/sandbox/model/simulate-load.ts';
import { gpuProfiles, type GpuProfileName } from '../../src/sandbox/model/gpu-profiles.ts';
import { runPaced, type PacedRun } from './paced-loop.ts';

type Shape = Omit<Load, 'rows' | 'profile'>;

const profiles: readonly GpuProfileName[] = ['l4', '4090', 'a100', 'h100'];
const sides = [1024, 512, 1408];
const shapes: Readonly<Record<string, Shape>> = {
  '1-megapixel pictures': {},
  'tiny pictures': { pictures: [{ width: 64, height: 64 }] },
  'pictures of three sizes': {
    vary: (row) => ({ pictures: [{ width: sides[row % 3] ?? 0, height: sides[row % 3] ?? 0 }] }),
  },
  // Large ones that the server shrinks itself: its preprocessing cannot keep up with the GPU.
  'pictures that only the server shrinks': {
    settings: { apiServers: 1 },
    pictures: [{ width: 3000, height: 2250 }],
    bounds: { shortest_edge: 65_536, longest_edge: 300_000 },
  },
};
const cases = profiles.flatMap((profile) =>
  Object.entries(shapes).map(([name, shape]) => ({ name, load: { profile, ...shape } })),
);

/** Rows per second of the best closed loop. */
function findBest(load: Omit<Load, 'rows'>): number {
  return findBestConcurrency({ ...load, rows: 300 }).best.figures.steadyRowsPerS;
}

/** Rows per second from one second to another. */
function toRate({ seconds }: PacedRun, from: number, to: number): number {
  return ((seconds[to - 1]?.done ?? 0) - (seconds[from - 1]?.done ?? 0)) / (to - from);
}

function toMean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of seconds in which it was so. */
function toLongestRun(seconds: readonly boolean[]): number {
  let run = 0;
  return Math.max(...seconds.map((isSo) => (run = isSo ? run + 1 : 0)));
}

/** Next to nothing to send, for five minutes. */
function little(second: number): number {
  return second > 200 && second < 500 ? second % 20 : 1e6;
}

/** Requests of others, for some minutes. */
function crowd(second: number): number {
  return second > 200 && second <= 400 ? 400 : 0;
}

describe('the pace, with simulated GPUs', () => {
  // A turnover of an L4 takes half a minute, in which rows that were sent together end together; so the two
  // minutes after the first are looked at as one.
  it.each(cases)(
    'is at 95 % of the best a minute after a cold start, and stays at 97 %, on $load.profile with $name',
    ({ load }) => {
      const best = findBest(load);
      const run = runPaced({ ...load, seconds: 480 });
      expect(toRate(run, 60, 180)).toBeGreaterThan(0.95 * best);
      expect(toRate(run, 180, 480)).toBeGreaterThan(0.97 * best);
    },
  );

  it.each(profiles)('does nearly as well on %s without metrics, given time', (profile) => {
    const run = runPaced({ profile, seconds: 1200, hasMetrics: false });
    expect(toRate(run, 600, 1200)).toBeGreaterThan(0.93 * findBest({ profile }));
  });

  it('says once that preprocessing is the bottleneck, and does not feed its queue', () => {
    const shape = shapes['pictures that only the server shrinks'];
    const run = runPaced({ profile: 'h100', ...shape, seconds: 300 });
    expect(run.notes.map(({ cause }) => cause)).toEqual(['render']);
    expect(run.notes[0]?.text).toContain('--api-server-count');
    // Several servers behind one address look the same from here.
    expect(run.notes[0]?.text).toContain('VLLM_URL');
    expect(run.seconds.at(-1)?.jobs).toBeLessThan(64);
  });

  it.each(
    profiles.flatMap((profile) =>
      [1, 4].flatMap((apiServers) =>
        [0, 1, 3].map((metricsLateS) => ({ profile, apiServers, metricsLateS })),
      ),
    ),
  )(
    'comes down to a small queue within a minute on $profile with $apiServers API servers, told $metricsLateS s late',
    ({ profile, apiServers, metricsLateS }) => {
      const { seconds } = runPaced({
        profile,
        settings: { apiServers },
        metricsLateS,
        seconds: 180,
      });
      const most = gpuProfiles[profile].maxNumSeqs;
      const crowded = seconds.map((second) => second.waiting > 0.2 * most);
      // A wave of requests sent together, or a rise too far; neither lasts.
      expect(toLongestRun(crowded.slice(10))).toBeLessThan(20);
      const waiting = seconds.slice(60).map((second) => second.waiting);
      expect(toMean(waiting)).toBeLessThan(Math.max(6, 0.12 * most));
    },
  );

  it('keeps a few requests waiting, not many', () => {
    const { seconds } = runPaced({ profile: 'h100', seconds: 400 });
    const mean = toMean(seconds.slice(200).map((second) => second.waiting));
    expect(mean).toBeGreaterThan(1);
    expect(mean).toBeLessThan(40);
  });

  it('does no work twice once it has found the size of the KV cache', () => {
    const { seconds } = runPaced({ profile: '4090', seconds: 900 });
    const [before, after] = [seconds[299]?.preemptions ?? 0, seconds[899]?.preemptions ?? 0];
    expect(after - before).toBeLessThan(0.01 * (seconds[899]?.done ?? 0));
  });

  it('holds its budget while there is little or nothing to do, and uses it again at once', () => {
    const { seconds } = runPaced({ profile: 'a100', seconds: 520, demand: little });
    const [before, idle] = [seconds[209]?.budget, seconds[498]?.budget];
    expect(before).toBeGreaterThan(256);
    expect(idle).toBe(before);
    expect(seconds.at(-1)?.weight).toBeGreaterThan(256);
  });

  it('gives way to others on the same server, and takes the room again when they go', () => {
    const run = runPaced({ profile: 'h100', seconds: 900, others: crowd });
    const [busy, after] = [run.seconds[398], run.seconds[699]];
    expect(busy?.jobs).toBeLessThan(150);
    expect(busy?.jobs).toBeGreaterThan(8);
    expect(after?.jobs).toBeGreaterThan(200);
    expect(toRate(run, 600, 900)).toBeGreaterThan(0.95 * findBest({ profile: 'h100' }));
  });

  it('stays under the server`s own limit of requests, and close to it', () => {
    const settings = { maxNumQueuedReqs: 100 };
    const run = runPaced({ profile: 'a100', seconds: 600, settings });
    expect(run.notes.map(({ cause }) => cause)).toContain('busy');
    const mean = toMean(run.seconds.slice(100).map((second) => second.jobs));
    expect(mean).toBeGreaterThan(80);
    expect(mean).toBeLessThan(100);
  });

  it('never passes its ceiling', () => {
    const { seconds } = runPaced({ profile: 'h100', seconds: 200, ceiling: 40 });
    expect(Math.max(...seconds.map(({ weight }) => weight))).toBe(40);
    expect(seconds.at(-1)?.budget).toBe(40);
  });
});
