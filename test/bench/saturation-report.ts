// What the saturation benchmark has found, as table, figures and verdicts.

import type { BenchReport, BenchResult } from './bench.ts';
import { meanOf, toCpuShares, type CpuShares } from './batch-samples.ts';
import type { CaseRun, SaturationCase } from './saturation-case.ts';
import { outputTokens } from './saturation-peers.ts';
import { round, showSpread, spreadOf, toSpreadFields, type Spread } from './statistics.ts';
import type { SteadyWindow } from './steady-window.ts';

/** Where the ideal itself stays below this share of its rate in virtual time, ratios to it say little. */
const undisturbed = 0.97;
const targets = { ideal: 0.97, script: { '2': 2, '12': 8 }, sequential: 8 } as const;

export function buildSaturationReport(runs: readonly CaseRun[]): BenchReport {
  const found = runs.map(toFigures);
  return {
    table: [header, ...found.map(toLine)],
    results: found.map(toFlat),
    notes: [...explanations, ...found.map(judge), ...found.map(describeLoad)],
  };
}

export function toCaseName({ profile, megapixels }: SaturationCase): string {
  return `${profile}, ${megapixels} MP`;
}

interface Load {
  readonly atServer: number;
  readonly waiting: number;
  readonly inFlight: number;
  readonly budget: number;
}

interface Figures {
  readonly name: string;
  readonly run: CaseRun;
  readonly rowsPerS: Spread;
  readonly idealRowsPerS: Spread;
  readonly scriptRowsPerS: Spread;
  readonly sequentialRowsPerS: Spread;
  /** Of Darkroom's rate to the peer's in the same round. */
  readonly toIdeal: Spread;
  readonly toScript: Spread;
  readonly toSequential: Spread;
  readonly cpu: CpuShares;
  /** Means over the steady parts of Darkroom's batches. */
  readonly load: Load;
  readonly limit: 'cpu' | 'gpu';
  /** Of the ideal's rate to the one that it has in virtual time; below 1 the machine was too busy for it. */
  readonly idealToSimulated: number;
}

function toFigures(run: CaseRun): Figures {
  const windows = run.darkroom.map(({ window }) => window);
  const ratio = (peer: readonly SteadyWindow[]): Spread =>
    spreadOf(windows.map(({ rowsPerS }, index) => rowsPerS / (peer[index] ?? last(peer)).rowsPerS));
  const cpu = toCpuShares(run.darkroom);
  return {
    name: toCaseName(run.each),
    run,
    rowsPerS: toRates(windows),
    idealRowsPerS: toRates(run.ideal),
    scriptRowsPerS: toRates(run.script),
    sequentialRowsPerS: toRates(run.sequential),
    toIdeal: ratio(run.ideal),
    toScript: ratio(run.script),
    toSequential: ratio(run.sequential),
    cpu,
    load: {
      atServer: meanOf(run.darkroom, ({ atServer }) => atServer),
      waiting: meanOf(run.darkroom, ({ waitingAtServer }) => waitingAtServer),
      inFlight: meanOf(run.darkroom, ({ inFlight }) => inFlight),
      budget: meanOf(run.darkroom, ({ budget }) => budget),
    },
    limit: cpu.bot > 0.5 ? 'cpu' : 'gpu',
    idealToSimulated: toRates(run.ideal).median / run.peers.ideal.rowsPerS,
  };
}

/** A peer that runs in fewer rounds is held against the later ones with its last. */
function last(peer: readonly SteadyWindow[]): SteadyWindow {
  const window = peer.at(-1);
  if (window === undefined) throw new Error('a peer has not run');
  return window;
}

function toRates(windows: readonly SteadyWindow[]): Spread {
  return spreadOf(windows.map(({ rowsPerS }) => rowsPerS));
}

const header = [
  'GPU, picture',
  'Darkroom, rows/s',
  'ideal',
  'ratio',
  'script',
  'ratio',
  'one at a time',
  'ratio',
  'limit',
  'simulator’s ceiling',
];

function toLine(figures: Figures): readonly string[] {
  const { run } = figures;
  return [
    figures.name,
    showSpread(figures.rowsPerS, 2),
    `${showSpread(figures.idealRowsPerS, 2)} with ${run.peers.ideal.workers}`,
    showSpread(figures.toIdeal, 3),
    showSpread(figures.scriptRowsPerS, 2),
    showSpread(figures.toScript, 1),
    showSpread(figures.sequentialRowsPerS, 2),
    showSpread(figures.toSequential, 1),
    figures.limit,
    run.ceilingRowsPerS.toFixed(0),
  ];
}

function toFlat(figures: Figures): BenchResult {
  const { run, cpu } = figures;
  return {
    case: figures.name,
    profile: run.each.profile,
    megapixels: Number(run.each.megapixels),
    output_tokens: outputTokens,
    rounds: run.darkroom.length,
    ...toSpreadFields('rows_per_s', figures.rowsPerS),
    ...toSpreadFields('ideal_rows_per_s', figures.idealRowsPerS),
    ...toSpreadFields('script_rows_per_s', figures.scriptRowsPerS),
    ...toSpreadFields('sequential_rows_per_s', figures.sequentialRowsPerS),
    ...toSpreadFields('ratio_to_ideal', figures.toIdeal),
    ...toSpreadFields('ratio_to_script', figures.toScript),
    ...toSpreadFields('ratio_to_sequential', figures.toSequential),
    limit: figures.limit,
    ideal_concurrency: run.peers.ideal.workers,
    ideal_simulated_rows_per_s: round(run.peers.ideal.rowsPerS, 3),
    disturbed: figures.idealToSimulated < undisturbed,
    requests_at_server: round(figures.load.atServer, 1),
    requests_waiting_at_server: round(figures.load.waiting, 1),
    weight_in_flight: round(figures.load.inFlight, 1),
    budget: round(figures.load.budget, 1),
    bot_cpu_share: round(cpu.bot, 3),
    machine_cpu_share: cpu.machine === undefined ? null : round(cpu.machine, 3),
    simulator_rows_per_s: round(run.ceilingRowsPerS, 1),
    window_s: round(Math.min(...run.darkroom.map(({ window }) => toSeconds(window))), 1),
    window_rows: Math.round(Math.min(...run.darkroom.map(({ window }) => window.rows))),
    ideal_window_s: round(Math.min(...run.ideal.map(toSeconds)), 1),
    script_window_s: round(Math.min(...run.script.map(toSeconds)), 1),
    sequential_window_s: round(Math.min(...run.sequential.map(toSeconds)), 1),
  };
}

function toSeconds({ fromMs, toMs }: SteadyWindow): number {
  return (toMs - fromMs) / 1000;
}

const explanations = [
  'Rows per second at the model server, 150 output tokens a row, each with a picture of its own; medians of the rounds and, in brackets, the lowest and the highest. Darkroom: the whole of it, from after the cold start (60 s at most), until 95 % are done or the server is no longer full. A row counts by the share of its time at the server that lies in that window.',
  '“ideal”: a closed loop of plain requests with pictures that Darkroom has shrunk before, with the concurrency that is best for the server. “script”: six workers, links passed on to the server, nothing shrunk. All of them at the same simulated server, in turns, from when every worker has had an answer.',
  'limit cpu: preparing pictures takes more than half of the cores. The simulator’s ceiling: what its process answers where the GPU takes no time.',
];

function judge(figures: Figures): string {
  const { name, run, toScript, toSequential } = figures;
  const { profile, megapixels } = run.each;
  const script = Object.entries(targets.script).find(([size]) => size === megapixels)?.[1];
  const verdicts = [
    judgeIdeal(figures),
    ...(script === undefined
      ? []
      : [`${script} times the script: ${toVerdict(toScript.median >= script)}`]),
    ...(profile === 'a100' || profile === 'h100'
      ? [
          `${targets.sequential} times one at a time: ${toVerdict(toSequential.median >= targets.sequential)}`,
        ]
      : []),
  ];
  return `${name}: ${verdicts.join('; ')}.`;
}

function judgeIdeal({ toIdeal, limit, cpu, idealToSimulated }: Figures): string {
  if (limit === 'cpu') return `limited by the CPU (${toPercent(cpu.bot)} of the cores)`;
  if (idealToSimulated < undisturbed) {
    return `the machine was too busy to tell: the ideal itself reached ${toPercent(idealToSimulated)} of its rate in virtual time`;
  }
  return `${targets.ideal} of the ideal: ${toVerdict(toIdeal.median >= targets.ideal)}`;
}

function toVerdict(isMet: boolean): string {
  return isMet ? 'met' : 'missed';
}

/** Where the time goes when the ideal is missed: too few requests at the server, or too little of the machine. */
function describeLoad({ name, run, load, cpu }: Figures): string {
  const machine = cpu.machine === undefined ? '' : `, all programs ${toPercent(cpu.machine)}`;
  return `${name}: on average ${load.atServer.toFixed(0)} requests at the server, ${load.waiting.toFixed(0)} of them waiting there (ideal: ${run.peers.ideal.workers}); weight ${load.inFlight.toFixed(0)} of a budget of ${load.budget.toFixed(0)}; Darkroom took ${toPercent(cpu.bot)} of the cores${machine}.`;
}

function toPercent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
