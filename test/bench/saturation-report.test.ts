import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { CaseRun } from './saturation-case.ts';
import { buildSaturationReport } from './saturation-report.ts';
import type { SteadyWindow } from './steady-window.ts';

function toWindow(rowsPerS: number): SteadyWindow {
  return { fromMs: 10_000, toMs: 20_000, rows: rowsPerS * 10, rowsPerS };
}

const peer = {
  pictures: 'prepared',
  workers: 256,
  rowsPerS: 25,
  latencyS: 10,
  seconds: 40,
} as const;

/** `cores`: how many of them the bot keeps busy. */
function toRun(rates: readonly number[], ideal: readonly number[], cores = 0.5): CaseRun {
  const samples = Array.from({ length: 30 }, (_, second) => ({
    atMs: second * 1000,
    cpuMs: second * 1000 * cores,
    machineCpuMs: undefined,
    rssMb: 200,
    atServer: 200,
    waitingAtServer: 4,
    budget: 420,
    inFlight: 400,
  }));
  const run = { rows: 900, droppedMs: 0, deliveredMs: 30_000, calls: [], samples };
  return {
    each: { profile: 'h100', megapixels: '2', photo: { width: 1632, height: 1224 } },
    peers: { ideal: peer, script: peer, sequential: peer },
    darkroom: rates.map((rate) => ({ run, window: toWindow(rate) })),
    ideal: ideal.map(toWindow),
    script: [toWindow(4)],
    sequential: [toWindow(1)],
    ceilingRowsPerS: 90,
    coldSeconds: 30,
  };
}

function verdict(rowsPerS: number): string {
  return buildSaturationReport([toRun([rowsPerS], [25])]).notes.join('\n');
}

describe('the report on saturation', () => {
  it('has one flat result for each case, under the names that others rely on', () => {
    const { results, table } = buildSaturationReport([toRun([24, 25], [25, 25])]);
    expect(results).toHaveLength(table.length - 1);
    expect(results[0]).toMatchObject({
      case: 'h100, 2 MP',
      rows_per_s: 24.5,
      rows_per_s_min: 24,
      rows_per_s_max: 25,
      ideal_rows_per_s: 25,
      ratio_to_ideal: 0.98,
      ratio_to_script: 6.125,
      ratio_to_sequential: 24.5,
      limit: 'gpu',
      disturbed: false,
      simulator_rows_per_s: 90,
      machine_cpu_share: null,
    });
    const values = Object.values(results[0] ?? {});
    expect(values.filter((value) => typeof value === 'object' && value !== null)).toEqual([]);
  });

  it('compares the rates of one round with each other', () => {
    const { results } = buildSaturationReport([toRun([10, 40], [20, 50])]);
    expect(results[0]).toMatchObject({ ratio_to_ideal_min: 0.5, ratio_to_ideal_max: 0.8 });
  });

  it('says that the processor is the limit where Darkroom takes more than half of the cores', () => {
    const busy = toRun([24], [25], availableParallelism() * 0.6);
    const { results, notes } = buildSaturationReport([busy]);
    expect(results[0]).toMatchObject({ limit: 'cpu', bot_cpu_share: 0.6 });
    expect(notes.join('\n')).toContain('limited by the CPU (60 % of the cores)');
  });

  it('does not judge by an ideal that the machine was too busy for', () => {
    const { results, notes } = buildSaturationReport([toRun([24], [20])]);
    expect(results[0]).toMatchObject({ disturbed: true, ratio_to_ideal: 1.2 });
    expect(notes.join('\n')).toContain('too busy to tell: the ideal itself reached 80 %');
  });

  it('says which targets are met', () => {
    expect(verdict(24.25)).toContain(
      '0.97 of the ideal: met; 2 times the script: met; 8 times one at a time: met',
    );
    expect(verdict(7.5)).toContain(
      '0.97 of the ideal: missed; 2 times the script: missed; 8 times one at a time: missed',
    );
  });
});
