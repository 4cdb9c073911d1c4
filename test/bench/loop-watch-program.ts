// Preloaded into a process (`--import`), it notes for how long the event loop was blocked: every 200 ms a line
// with the longest time, and with the most that its thread itself worked in such a time, into the file that
// BENCH_LOOP_FILE names. Where others want the processor too, only the latter is the process's own doing.
// As a program it does nothing else, which shows the machine's part.

import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['BENCH_LOOP_FILE'];
const noteEveryMs = 200;
const lookEveryMs = 2;

interface Moment {
  readonly wallMs: number;
  /** Processor time of this thread. */
  readonly workedMs: number;
}

function look(): Moment {
  const { user, system } = process.threadCpuUsage();
  return { wallMs: performance.now(), workedMs: (user + system) / 1000 };
}

if (file !== undefined && isMainThread) {
  let last = look();
  let notedMs = last.wallMs;
  let [blockedMs, workedMs] = [0, 0];
  const timer = setInterval(() => {
    const now = look();
    blockedMs = Math.max(blockedMs, now.wallMs - last.wallMs - lookEveryMs);
    workedMs = Math.max(workedMs, now.workedMs - last.workedMs);
    last = now;
    if (now.wallMs - notedMs < noteEveryMs) return;
    appendFileSync(file, `${Date.now()} ${blockedMs.toFixed(1)} ${workedMs.toFixed(1)}\n`);
    [notedMs, blockedMs, workedMs] = [now.wallMs, 0, 0];
  }, lookEveryMs);
  if (!import.meta.main) timer.unref();
}
