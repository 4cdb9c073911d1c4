import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { withFile } from './read-table.ts';

const program = fileURLToPath(import.meta.resolve('./read-and-weigh.ts'));

/** Writes rows that all differ, a piece at a time. */
async function writeRows(path: string, rows: number): Promise<void> {
  function* lines(): Generator<string> {
    yield 'image_url,title,notes\n';
    for (let i = 0; i < rows; i += 100) {
      let piece = '';
      for (let j = i; j < i + 100; j++) {
        piece += `https://shop.example/p/${j}.jpg,"Mug, ${j}",${'note '.repeat(20)}${j}\n`;
      }
      yield piece;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

interface Weighed {
  readonly rows: number;
  readonly peakMegabytes: number;
}

async function weigh(rows: number): Promise<Weighed> {
  return withFile('', async (path) => {
    await writeRows(path, rows);
    const flags = ['--max-semi-space-size=4', program, path];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    const [read = 0, peakMegabytes = 0] = stdout.split(' ').map(Number);
    return { rows: read, peakMegabytes };
  });
}

it('reads 200,000 rows in hardly more memory than 2,000', async () => {
  const few = await weigh(2000);
  const many = await weigh(200_000);
  expect([few.rows, many.rows]).toEqual([2000, 200_000]);
  // The file has 32 MB; its rows as JavaScript values would take more than 80.
  expect(many.peakMegabytes - few.peakMegabytes).toBeLessThan(60);
});
