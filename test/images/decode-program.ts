// Decodes a picture so many times at once, as its arguments say, and prints the results' widths and the
// most memory that the process has held. A program of its own, so that nothing else counts.

import { readFileSync } from 'node:fs';
import { createDecoder } from '../../src/images/decode-image.ts';

const [, , path = '', times] = process.argv;
const bytes = readFileSync(path);
const decode = createDecoder(4);
const { signal } = new AbortController();
const results = await Promise.all(
  Array.from({ length: Number(times) }, async () =>
    decode(bytes, { pixelBudget: 262_144, signal }),
  ),
);
const widths = results.map((result) => ('code' in result ? result.code : result.width));
const peakMegabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ widths, peakMegabytes }));
