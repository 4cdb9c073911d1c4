// What the samples taken during batches say of their steady parts.

import type { Sample } from './darkroom-run.ts';
import type { SteadyWindow } from './steady-window.ts';
import { availableParallelism } from 'node:os';

export interface SampledBatch {
  readonly run: { readonly samples: readonly Sample[] };
  readonly window: Pick<SteadyWindow, 'fromMs' | 'toMs'>;
}

/** Shares of all cores, 0 to 1. */
export interface CpuShares {
  readonly bot: number;
  /** Everything that ran; undefined where the system does not tell. */
  readonly machine: number | undefined;
}

/** The mean over the steady parts of all batches; NaN where none was sampled. */
export function meanOf(batches: readonly SampledBatch[], read: (sample: Sample) => number): number {
  const values = batches.flatMap((batch) => samplesOf(batch).map(read));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function toCpuShares(
  batches: readonly SampledBatch[],
  cores = availableParallelism(),
): CpuShares {
  const stretches = batches.flatMap((batch) => {
    const samples = samplesOf(batch);
    const [first, last] = [samples[0], samples.at(-1)];
    return first === undefined || last === undefined ? [] : [{ first, last }];
  });
  const share = (read: (sample: Sample) => number): number => {
    const worked = stretches.reduce((sum, { first, last }) => sum + read(last) - read(first), 0);
    const passed = stretches.reduce((sum, { first, last }) => sum + last.atMs - first.atMs, 0);
    return worked / (passed * cores);
  };
  const machine = share(({ machineCpuMs = NaN }) => machineCpuMs);
  return { bot: share(({ cpuMs }) => cpuMs), machine: Number.isNaN(machine) ? undefined : machine };
}

function samplesOf({ run, window }: SampledBatch): readonly Sample[] {
  return run.samples.filter(({ atMs }) => atMs >= window.fromMs && atMs <= window.toMs);
}
