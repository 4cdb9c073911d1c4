// Which GPUs and pictures are measured, and each case's run, once in a process: the saturation and the
// cold start are read from the same batches.

import type { BenchOptions } from './bench.ts';
import { toCaseName } from './saturation-report.ts';
import { runCase, type CaseRun, type SaturationCase } from './saturation-case.ts';

const two = { megapixels: '2', photo: { width: 1632, height: 1224 } };
const photos = [
  { megapixels: '0.3', photo: { width: 640, height: 480 } },
  two,
  { megapixels: '12', photo: { width: 4000, height: 3000 } },
];
const profiles = ['l4', '4090', 'a100', 'h100'] as const;
const usualRounds = 2;
const manyRounds = 3;

/** By default what fits into a quarter of an hour beside the other benchmarks. */
const usualCases: readonly SaturationCase[] = [
  { profile: '4090', ...two },
  { profile: 'h100', ...two },
];

const everyCase: readonly SaturationCase[] = profiles.flatMap((profile) =>
  photos.map((photo) => ({ profile, ...photo })),
);

const runs = new Map<string, Promise<CaseRun>>();

export async function runCases(
  { full, rounds, say }: BenchOptions,
  isWanted: (each: SaturationCase) => boolean = () => true,
): Promise<readonly CaseRun[]> {
  const found: CaseRun[] = [];
  for (const each of (full ? everyCase : usualCases).filter(isWanted)) {
    const name = toCaseName(each);
    const options = {
      rounds: rounds ?? (full ? manyRounds : usualRounds),
      slowRounds: rounds ?? 1,
      say: (line: string): void => say(`${name}: ${line}`),
    };
    const run = runs.get(name) ?? runCase(each, options);
    runs.set(name, run);
    found.push(await run);
  }
  return found;
}
