// Reads the table that the first argument names to its end and prints how many rows it has and the most
// memory that the process has held. A program of its own, so that nothing else counts.

import { openTable } from '../../src/intake/open-table.ts';

const reader = await openTable(process.argv[2] ?? '', {
  name: 'table.csv',
  maxRows: 1_000_000,
  maxImagesPerRow: 4,
});
let rows = 0;
for await (const chunk of reader.chunks()) rows += chunk.length;
const peakMegabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${rows} ${peakMegabytes}`);
