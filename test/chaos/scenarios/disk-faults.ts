// No room on the disk of the machine that a bot runs on.

import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFullDiskSettings } from '../full-disk-program.ts';
import { readThread } from '../says-away.ts';
import type { Scenario } from '../scenario.ts';
import { runTrial } from '../trial.ts';
import { waitUntil } from '../wait-until.ts';

const saysSo = 'the disk of the machine that I run on is full';

const dataDirFull: Scenario = {
  name: 'data-disk-full',
  fault: 'disk of DATA_DIR full (ENOSPC)',
  promise: 'nothing lost; the thread says so, and the results come when there is room',
  run(stage) {
    const sign = join(tmpdir(), `darkroom-chaos-full-${process.pid}`);
    return runTrial(stage, {
      rows: 240,
      settings: buildFullDiskSettings(sign),
      mostRepeats: () => 0,
      async strike(world, watch) {
        await writeFile(sign, '');
        try {
          const isSaid = (): boolean => readThread(world, watch).includes(saysSo);
          const wasSaid = await waitUntil(isSaid, 60_000);
          const early = await watch.delivered(0);
          return {
            injected: 1,
            broken: [
              ...(wasSaid ? [] : ['the thread never says that the disk is full']),
              ...(early ? ['the disk was not full'] : []),
            ],
          };
        } finally {
          await rm(sign, { force: true });
        }
      },
      async also(world, watch) {
        const isOver = (): boolean => !readThread(world, watch).includes(saysSo);
        return (await waitUntil(isOver, 30_000)) ? [] : ['the thread says it at the end, too'];
      },
    });
  },
};

export const diskFaults: readonly Scenario[] = [dataDirFull];
