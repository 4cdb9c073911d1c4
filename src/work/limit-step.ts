// A step that does not go on for ever when it meets a bug or kills its process. Outages, and processes that end in
// an orderly way, cost it nothing.

import type { Log } from '../logger.ts';
import { isNoSpace, isOutage } from './outage-error.ts';
import type { Step } from './step.ts';

export interface LimitStepNeeds {
  readonly name: string;
  readonly tries: {
    begin(
      step: string,
      batchId: string,
      limits: { readonly tries: number; readonly everyMs: number | undefined },
    ): Promise<boolean>;
    takeBack(step: string, batchId: string): Promise<void>;
  };
  /** Told after every try whether it met a full disk. */
  noteDisk(batchId: string, isFull: boolean): Promise<void>;
  readonly log: Log;
  /** Between tries when it has had those that it has at once; without it there are no further ones. */
  readonly everyMs?: number;
  /** Called in place of the step when it may not begin. */
  onStuck?(batchId: string): Promise<void>;
}

/** With the pauses between them a little more than a minute. */
const triesAtOnce = 8;

export function limitStep(step: Step, needs: LimitStepNeeds): Step {
  const { name, tries, log, noteDisk, everyMs } = needs;
  return async (batchId, signal) => {
    if (!(await tries.begin(name, batchId, { tries: triesAtOnce, everyMs }))) {
      await needs.onStuck?.(batchId);
      return;
    }
    try {
      await step(batchId, signal);
    } catch (error) {
      if (signal.aborted || isOutage(error)) await tries.takeBack(name, batchId);
      else log.error({ err: error, batch: batchId, step: name }, 'a step met a bug');
      if (!signal.aborted) await noteDisk(batchId, isNoSpace(error));
      throw error;
    }
    await tries.takeBack(name, batchId);
    await noteDisk(batchId, false);
  };
}
