// Every benchmark, in the order in which they run.

import type { Bench } from './bench.ts';
import { coldstartBench } from './coldstart-bench.ts';
import { imagesBench } from './images-bench.ts';
import { saturationBench } from './saturation-bench.ts';

export const benches: readonly Bench[] = [imagesBench, saturationBench, coldstartBench];
