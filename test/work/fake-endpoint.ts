// A model server's gate in memory: admits in the order of asking, as weight comes free. The test ends jobs.

import type { ModelEndpoint } from '../../src/work/ports.ts';

export interface FakeEndpoint extends ModelEndpoint {
  /** Ends one of the running jobs, by its place in the order of their start. False where none runs. */
  end(place: number): boolean;
  /** The next job that is admitted meets a gate out of order. */
  failNext(): void;
  setOpen(open: boolean): void;
  setBudget(budget: number): void;
  /** Jobs that have a slot. */
  running(): number;
  /** Weight in slots. */
  weight(): number;
  /** Jobs that wait for a slot. */
  waiting(): number;
}

interface Job {
  readonly weight: number;
  readonly signal: AbortSignal;
  readonly begin: () => void;
  readonly fail: (error: Error) => void;
}

/** `work` that the turns are given runs until `end`. */
export function createFakeEndpoint(name: string, firstBudget: number): FakeEndpoint {
  const queue: Job[] = [];
  const running: { readonly weight: number; readonly end: () => void }[] = [];
  let budget = firstBudget;
  let isOpen = true;
  let fails = false;
  const weight = (): number => running.reduce((sum, job) => sum + job.weight, 0);

  const admit = (): void => {
    for (let job = queue[0]; job !== undefined; job = queue[0]) {
      if (!job.signal.aborted && weight() + job.weight > budget) return;
      queue.shift();
      if (fails) job.fail(new Error('the gate is out of order'));
      else if (!job.signal.aborted) job.begin();
      fails = false;
    }
  };

  return {
    name,
    gate: {
      budget: () => budget,
      run: (job, work) =>
        new Promise((resolve, reject) => {
          job.signal.throwIfAborted();
          const giveUp = (): void => reject(new Error('given up at the gate'));
          job.signal.addEventListener('abort', giveUp);
          const begin = (): void => {
            job.signal.removeEventListener('abort', giveUp);
            const ended = Promise.withResolvers<void>();
            running.push({ weight: job.weight, end: ended.resolve });
            const worked = work();
            void ended.promise.then(() => worked).then(resolve, reject);
          };
          queue.push({ ...job, begin, fail: reject });
          admit();
        }),
    },
    server: {
      complete: () => Promise.reject(new Error('no request is made')),
      findModel: async () => undefined,
      probe: async () => 'up',
    },
    breaker: { record: () => undefined, answers: () => 0 },
    state: { close: async () => {}, open: async () => {}, closed: async () => undefined },
    isOpen: () => isOpen,
    noteBusy: () => {},
    end(place) {
      const [job] = running.splice(place % Math.max(running.length, 1), 1);
      job?.end();
      admit();
      return job !== undefined;
    },
    failNext: () => {
      fails = true;
    },
    setOpen: (open) => {
      isOpen = open;
    },
    setBudget: (next) => {
      budget = next;
      admit();
    },
    running: () => running.length,
    weight,
    waiting: () => queue.length,
  };
}
