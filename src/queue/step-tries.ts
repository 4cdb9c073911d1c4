// How often a step of a batch was begun and came to no end that it could help: it met a bug, or killed its process.

import { z } from 'zod';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const scripts = {
  begin: readScript('try-step', z.number()),
  takeBack: readScript('untry-step', z.number()),
};

export interface StepTries {
  /** Counts a try; false where it shall not begin: it has had its tries, and, where there are more of them
   *  `everyMs`, the last one is not so long ago. Kept with the batch, over all processes. */
  begin(
    step: string,
    batchId: string,
    limits: { readonly tries: number; readonly everyMs: number | undefined },
  ): Promise<boolean>;
  /** The try was no fault of the step. */
  takeBack(step: string, batchId: string): Promise<void>;
}

export function createStepTries(store: Store): StepTries {
  return {
    begin: async (step, batchId, { tries, everyMs }) =>
      (await store.run(scripts.begin, batchId, step, tries, everyMs ?? '')) === 1,
    takeBack: async (step, batchId) => {
      await store.run(scripts.takeBack, batchId, step);
    },
  };
}
