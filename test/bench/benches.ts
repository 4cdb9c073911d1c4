// Every benchmark, in the order in which they run.

import type { Bench } from './bench.ts';
import { cancelBench } from './cancel-bench.ts';
import { coldstartBench } from './coldstart-bench.ts';
import { fairnessBench } from './fairness-bench.ts';
import { imagesBench } from './images-bench.ts';
import { ingestBench } from './ingest-bench.ts';
import { overheadBench } from './overhead-bench.ts';
import { saturationBench } from './saturation-bench.ts';
import { scaleBench } from './scale-bench.ts';

export const benches: readonly Bench[] = [
  imagesBench,
  saturationBench,
  coldstartBench,
  overheadBench,
  scaleBench,
  fairnessBench,
  cancelBench,
  ingestBench,
];
