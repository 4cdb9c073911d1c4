// The bots as child processes, and what can be done to them.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startBotProcess, type BotProcess } from '../../src/sandbox/demo/bot-process.ts';
import { waitUntil } from './wait-until.ts';

export interface Replica {
  /** From 0. */
  readonly number: number;
  readonly pid: number;
  /** Where it answers /metrics. */
  readonly opsPort: number;
  readonly process: BotProcess;
}

export interface Fleet extends AsyncDisposable {
  /** Those that run or stand still, by number. */
  replicas(): readonly Replica[];
  replica(number: number): Replica;
  /** Starts this one, or starts it again; settles when it says that it is ready. */
  start(number: number): Promise<void>;
  /** SIGKILL. */
  kill(number: number): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  pause(number: number): void;
  resume(number: number): void;
  /** SIGTERM; settles with the exit code (or the signal) and the seconds that it took. */
  stop(number: number): Promise<{ readonly code: number | string; readonly seconds: number }>;
  /** What those that ended by themselves left as their exit code; each was started again, as a supervisor
   *  would. */
  readonly ownEnds: readonly (number | string)[];
  /** The last lines that each of them wrote, ended ones too. */
  lastWords(): readonly string[];
  /** Lines that held what no log may hold. */
  readonly leaks: readonly string[];
  /** How often a line of the log held this. */
  countLines(text: string): number;
}

export interface FleetOptions {
  readonly settings: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Must never stand in a log. */
  readonly secrets: readonly string[];
}

const keptLines = 60;
const readyWithinMs = 60_000;

/** Every child dies with this process, also one that stands still. */
const living = new Set<BotProcess>();
process.on('exit', () => {
  for (const { child } of living) child.kill('SIGKILL');
});

export function createFleet({ settings, directory, secrets }: FleetOptions): Fleet {
  const replicas = new Map<number, Replica>();
  const lines: string[] = [];
  const kept: string[] = [];
  const leaks: string[] = [];
  const ownEnds: (number | string)[] = [];

  const onLine = (number: number, line: string): void => {
    lines.push(line);
    kept.push(`[${number}] ${line}`);
    if (kept.length > keptLines) kept.shift();
    if (secrets.some((secret) => line.includes(secret))) leaks.push(line);
  };

  const replica = (number: number): Replica => {
    const found = replicas.get(number);
    if (found === undefined) throw new Error(`replica ${number} does not run`);
    return found;
  };

  async function supervise(number: number, bot: BotProcess): Promise<void> {
    const code = await bot.ended;
    living.delete(bot);
    if (replicas.get(number)?.process !== bot) return;
    replicas.delete(number);
    ownEnds.push(code);
    await start(number).catch((error: unknown) => kept.push(String(error)));
  }

  async function start(number: number): Promise<void> {
    const dataDir = join(directory, `replica-${number}`);
    await mkdir(dataDir, { recursive: true });
    const bot = startBotProcess({
      settings: { ...settings, DATA_DIR: dataDir },
      onLine: (line) => onLine(number, line),
    });
    living.add(bot);
    void supervise(number, bot);
    const hasEnded = (): boolean => bot.child.exitCode !== null || bot.child.signalCode !== null;
    const findReady = (): string | undefined =>
      bot.log.find((line) => line.includes('Darkroom is ready'));
    await waitUntil(() => hasEnded() || findReady() !== undefined, readyWithinMs);
    const ready = findReady();
    if (ready === undefined || hasEnded()) {
      throw new Error(`replica ${number} did not start: ${bot.log.slice(-10).join('\n')}`);
    }
    const pid = bot.child.pid ?? 0;
    replicas.set(number, { number, pid, opsPort: readOpsPort(ready), process: bot });
  }

  return {
    replicas: () => [...replicas.values()].toSorted((a, b) => a.number - b.number),
    replica,
    start,
    async kill(number) {
      const { process: bot } = replica(number);
      replicas.delete(number);
      await bot.kill();
    },
    pause: (number) => void replica(number).process.child.kill('SIGSTOP'),
    resume: (number) => void replica(number).process.child.kill('SIGCONT'),
    async stop(number) {
      const { process: bot } = replica(number);
      replicas.delete(number);
      const from = performance.now();
      const code = await bot.stop();
      return { code, seconds: (performance.now() - from) / 1000 };
    },
    ownEnds,
    lastWords: () => kept,
    leaks,
    countLines: (text) => lines.filter((line) => line.includes(text)).length,
    async [Symbol.asyncDispose]() {
      const all = [...replicas.values()];
      replicas.clear();
      // What they would still do is of no interest, and their Redis may be gone.
      await Promise.all(all.map(({ process: bot }) => bot.kill()));
    },
  };
}

function readOpsPort(line: string): number {
  const parsed: unknown = JSON.parse(line);
  const hasPort = typeof parsed === 'object' && parsed !== null && 'opsPort' in parsed;
  return hasPort ? Number(parsed.opsPort) : 0;
}
