// The bot as a child process, started as an operator would start it: from src/main.ts, with nothing
// but environment variables.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const mainFile = join(import.meta.dirname, '../../main.ts');

/** The same flags as `npm start`. */
const nodeFlags = ['--max-semi-space-size=4', '--max-old-space-size=400'];

/** The same as in `npm start`. */
const memorySettings = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '8388608',
};

export interface BotProcess {
  readonly child: ChildProcess;
  /** Its log so far, a JSON line each. */
  readonly log: readonly string[];
  /** Resolves with the exit code, or the signal's name, when the process has ended. */
  readonly ended: Promise<number | string>;
  /** SIGTERM, and SIGKILL where it has not ended 30 s later. */
  stop(): Promise<number | string>;
  kill(): Promise<void>;
}

export interface BotProcessOptions {
  /** The bot's settings; of this process's own Darkroom settings LOG_LEVEL alone is passed on. */
  readonly settings: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

const ownSettings =
  /^(SLACK|VLLM|REDIS|IMAGE|OPS|MAX|CACHE|ALLOW|APPROVAL)_|^(ROLE|PORT|KEY_PREFIX|DATA_DIR|SLASH_COMMAND|RETENTION_DAYS|OPERATORS|ROWS_PER_DAY|BATCHES_PER_PERSON)$/;

/** Log lines kept at most; a long demo must not grow for ever. */
const keptLines = 5000;

export function startBotProcess({ settings, onLine }: BotProcessOptions): BotProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !ownSettings.test(name));
  const child = spawn(process.execPath, [...nodeFlags, mainFile], {
    env: { ...memorySettings, ...Object.fromEntries(inherited), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.push(line);
      if (log.length > keptLines) log.shift();
      onLine?.(line);
    });
  }
  const ended = once(child, 'exit').then(
    ([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown',
  );
  return {
    child,
    log,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      const result = await ended;
      clearTimeout(timer);
      return result;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
