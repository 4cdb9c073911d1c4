// A main thread that is caught in a loop can neither serve nor notice it, and nothing restarts its process:
// another thread ends it, and its rows go to others.

import { Worker } from 'node:worker_threads';
import type { Log } from '../logger.ts';

export interface LoopGuardOptions {
  readonly log: Log;
  /** How long the event loop may stand still, in milliseconds; default 30 s. */
  readonly patienceMs?: number;
  /** How often it is looked at, in milliseconds; default 1 s. */
  readonly lookEveryMs?: number;
}

/** What both threads know. */
interface Shared {
  /** Counted up by the main thread. */
  readonly beats: Int32Array<SharedArrayBuffer>;
  readonly lookEveryMs: number;
  /** So many looks in a row without a beat, and the process ends. */
  readonly looks: number;
}

/** Small: the thread only waits. With them it takes 11 MB, without them 18. */
const resourceLimits = {
  maxOldGenerationSizeMb: 8,
  maxYoungGenerationSizeMb: 1,
  codeRangeSizeMb: 2,
};

/** Ends the process, as a crash does, when its event loop stands still for too long; a shorter standstill is
 *  logged when it is over. A process that stands still as a whole (SIGSTOP, a sleeping machine) is left alone. */
export function guardLoop(options: LoopGuardOptions): AsyncDisposable {
  const { log, patienceMs = 30_000, lookEveryMs = 1000 } = options;
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const workerData: Shared = { beats, lookEveryMs, looks: Math.ceil(patienceMs / lookEveryMs) };
  // As a text: a file of its own would take the thread another 14 MB for the TypeScript in it. What is preloaded
  // into the process is not meant for it.
  const program = `(${watchLoop.toString()})()`;
  const worker = new Worker(program, {
    eval: true,
    workerData,
    execArgv: [],
    env: {},
    resourceLimits,
  });
  worker.on('error', (error) => log.error({ err: error }, 'nobody watches the event loop'));
  worker.unref();
  const beatEveryMs = lookEveryMs / 2;
  let lastMs = performance.now();
  const timer = setInterval(() => {
    Atomics.add(beats, 0, 1);
    const lateMs = performance.now() - lastMs - beatEveryMs;
    lastMs += beatEveryMs + lateMs;
    if (lateMs > 2 * lookEveryMs) log.warn({ ms: Math.round(lateMs) }, 'the process stood still');
  }, beatEveryMs).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await worker.terminate();
    },
  };
}

/** The thread. It may use nothing from outside itself. A look that was late, since the whole process stood still,
 *  counts as one. */
function watchLoop(): void {
  const { workerData } = process.getBuiltinModule('node:worker_threads');
  const { write } = process.getBuiltinModule('node:fs');
  const { beats, lookEveryMs, looks }: Shared = workerData;
  const never = new Int32Array(new SharedArrayBuffer(4));
  let seen = Atomics.load(beats, 0);
  for (let missed = 0; missed < looks;) {
    Atomics.wait(never, 0, 0, lookEveryMs);
    const now = Atomics.load(beats, 0);
    missed = now === seen ? missed + 1 : 0;
    seen = now;
  }
  // The logger is the main thread's, and so is everything that an orderly end needs: hence SIGKILL.
  const msg = 'the event loop stands still: this process ends, to be started again';
  const line = { level: 'fatal', time: new Date().toISOString(), msg };
  // In the background, since it would throw, or never come back, where nobody reads the log.
  write(1, `${JSON.stringify(line)}\n`, () => {});
  Atomics.wait(never, 0, 0, lookEveryMs);
  process.kill(process.pid, 'SIGKILL');
}
