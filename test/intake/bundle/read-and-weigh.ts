// Opens the archive that the first argument names, reads every picture in it, and prints how many there
// are and the most memory that the process has held. A program of its own, so that nothing else counts.

import { openBundle } from '../../../src/intake/bundle/open-bundle.ts';
import { readPicture } from '../../../src/intake/bundle/read-picture.ts';

const path = process.argv[2] ?? '';
const reader = await openBundle([{ path, name: 'a.zip', kind: 'archive', bytes: 0, hash: '' }], {
  maxRows: 20_000,
  maxImagesPerRow: 4,
  grouping: true,
});
let read = 0;
for await (const rows of reader.chunks()) {
  for (const image of rows.flatMap(({ images }) => images)) {
    if (typeof image === 'string') continue;
    const bytes = await readPicture(path, image);
    if (Buffer.isBuffer(bytes)) read += 1;
  }
}
const peakMegabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${read} ${peakMegabytes}`);
