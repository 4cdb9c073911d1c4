// Every benchmark, in the order in which they run.

import type { Bench } from './bench.ts';
import { imagesBench } from './images-bench.ts';

export const benches: readonly Bench[] = [imagesBench];
