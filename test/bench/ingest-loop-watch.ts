// Event loops watched from inside their processes (loop-watch-program.ts): a bot's, and that of a process that
// does nothing.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endWithUs, makeDirectory } from './at-exit.ts';
import { spreadOf } from './statistics.ts';

export interface LoopWatch extends AsyncDisposable {
  /** Settings for the bot that is to be watched. */
  readonly settings: Readonly<Record<string, string>>;
  /** How long a loop was blocked between two times, in ms since 1970. */
  read(fromMs: number, toMs: number): Promise<BlockedLoops>;
}

export interface BlockedLoops {
  readonly bot: Blocked;
  /** Of the process that does nothing. */
  readonly idle: Blocked;
}

export interface Blocked {
  readonly maxMs: number;
  /** Processor time of the loop's own thread in any such time, at most. */
  readonly maxWorkedMs: number;
  /** Of the longest times in every 200 ms. */
  readonly medianMs: number;
}

const program = join(import.meta.dirname, 'loop-watch-program.ts');

export async function startLoopWatch(): Promise<LoopWatch> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await makeDirectory());
  const [botFile, idleFile] = [join(directory.path, 'bot'), join(directory.path, 'idle')];
  const idle = spawn(process.execPath, [program], {
    env: { ...process.env, BENCH_LOOP_FILE: idleFile },
    stdio: 'ignore',
  });
  endWithUs(idle);
  stack.defer(async () => {
    const ended = once(idle, 'exit');
    idle.kill('SIGKILL');
    await ended;
  });
  const parts = stack.move();
  return {
    settings: {
      NODE_OPTIONS: `--import=${pathToFileURL(program).href}`,
      BENCH_LOOP_FILE: botFile,
    },
    read: async (fromMs, toMs) => ({
      bot: toBlocked(await readFile(botFile, 'utf8'), fromMs, toMs),
      idle: toBlocked(await readFile(idleFile, 'utf8'), fromMs, toMs),
    }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Throws where nothing was noted in that time. */
function toBlocked(text: string, fromMs: number, toMs: number): Blocked {
  const notes = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .filter(([atMs = 0]) => atMs >= fromMs && atMs <= toMs);
  const blocked = spreadOf(notes.map(([, ms = 0]) => ms));
  const worked = spreadOf(notes.map(([, , ms = 0]) => ms));
  return { maxMs: blocked.max, maxWorkedMs: worked.max, medianMs: blocked.median };
}
