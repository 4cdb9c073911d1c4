import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makeHeavy } from './pictures.ts';

const program = join(import.meta.dirname, 'decode-program.ts');

interface Weighed {
  readonly widths: readonly (number | string)[];
  readonly peakMegabytes: number;
}

async function weigh(picture: Buffer, times: number): Promise<Weighed> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-test-'));
  try {
    const path = join(directory, 'picture');
    await writeFile(path, picture);
    const { stdout } = await promisify(execFile)(process.execPath, [program, path, String(times)]);
    return JSON.parse(stdout);
  } finally {
    await rm(directory, { recursive: true });
  }
}

// Four of these together would take 1.3 GB: a progressive JPEG is held as a whole, in coefficients.
it('decodes pictures that take much memory one after the other', { timeout: 60_000 }, async () => {
  const { widths, peakMegabytes } = await weigh(await makeHeavy(7000, 7000), 4);
  expect(widths).toEqual([512, 512, 512, 512]);
  expect(peakMegabytes).toBeLessThan(600);
});
