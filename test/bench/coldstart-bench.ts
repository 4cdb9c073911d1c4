// How long Darkroom takes, from the first drop at an empty Redis, to find the load that the server can take.

import type { Bench, BenchResult } from './bench.ts';
import type { CaseRun } from './saturation-case.ts';
import { runCases } from './saturation-cases.ts';
import { round } from './statistics.ts';

const targetSeconds = 60;

export const coldstartBench: Bench = {
  name: 'coldstart',
  about: 'seconds from the first drop at an empty Redis to 95 % of the best',
  async run(options) {
    const runs = await runCases(options, ({ megapixels }) => megapixels === '2');
    const isMet = runs.every(({ coldSeconds = Infinity }) => coldSeconds <= targetSeconds);
    return {
      table: [header, ...runs.map(toLine)],
      results: runs.map(toFlat),
      notes: [
        'From the drop of the first batch, without any setting, until the rate at the server, over as long as one row takes there, is 95 % of the ideal’s.',
        `Target: ${targetSeconds} s on every GPU: ${isMet ? 'met' : 'missed'}.`,
      ],
    };
  },
};

const header = ['GPU', 'seconds', 'ideal, rows/s', 'budget at the end', 'a row takes'];

function toLine({ each, coldSeconds, ideal, darkroom, peers }: CaseRun): readonly string[] {
  return [
    each.profile,
    coldSeconds === undefined ? 'not reached' : coldSeconds.toFixed(1),
    (ideal[0]?.rowsPerS ?? NaN).toFixed(2),
    String(toLastBudget(darkroom)),
    `${peers.ideal.latencyS.toFixed(1)} s`,
  ];
}

function toFlat({ each, coldSeconds, ideal, darkroom }: CaseRun): BenchResult {
  return {
    case: each.profile,
    seconds: coldSeconds === undefined ? null : round(coldSeconds, 1),
    ideal_rows_per_s: round(ideal[0]?.rowsPerS ?? NaN, 3),
    budget: toLastBudget(darkroom),
  };
}

/** When the last row of the first batch was still to be sent. */
function toLastBudget([first]: CaseRun['darkroom']): number {
  return first?.run.samples.findLast(({ atMs }) => atMs <= first.window.toMs)?.budget ?? NaN;
}
