// A step that ends in time, also where something that it waits for never comes back.

import type { Step } from './step.ts';

/** Rejects after `longestMs`, with the step's signal aborted: it is to run again. What goes on of it in spite of
 *  that is like a step that another process has taken over. */
export function limitTime(step: Step, longestMs: number): Step {
  return async (batchId, signal) => {
    const late = new AbortController();
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const error = new Error(`a step has not come to its end in ${longestMs} ms`);
      late.abort(error);
      reject(error);
    }, longestMs).unref();
    try {
      await Promise.race([step(batchId, AbortSignal.any([signal, late.signal])), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };
}
