// How near Darkroom comes to the best that the model server can do, and how far from what one would write
// by hand.

import type { Bench } from './bench.ts';
import { runCases } from './saturation-cases.ts';
import { buildSaturationReport } from './saturation-report.ts';

export const saturationBench: Bench = {
  name: 'saturation',
  about: 'rows per second against the ideal closed loop, a script of six workers, one at a time',
  run: async (options) => buildSaturationReport(await runCases(options)),
};
