// A private Redis server on a free loopback port, in a directory of its own, that never outlives
// the process that started it.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort } from '../http/free-port.ts';
import { findRedisBinary, type RedisSearch } from './find-redis-binary.ts';

const startDeadlineMs = 15_000;
const startAttempts = 5;

export interface RedisOptions {
  /** Keeps what was written over `kill` and `restart` (append-only file, synced at every write). */
  readonly appendOnly?: boolean;
  /** Further arguments for the server, such as ['--maxmemory', '8mb']. */
  readonly args?: readonly string[];
  readonly search?: RedisSearch;
}

export interface RunningRedis {
  /** redis://127.0.0.1:<port> */
  readonly url: string;
  readonly port: number;
  /** Ends the server as an administrator would, and removes its directory. Repeatable. */
  stop(): Promise<void>;
  /** Ends the server at once, as a crash would; `restart` brings it back. */
  kill(): Promise<void>;
  /** Starts it again on the same port (killing it first if it runs); memory is lost without appendOnly. */
  restart(): Promise<void>;
}

/** A Redis to use: one that the person has, or one that was started for the purpose. */
export interface ProvidedRedis {
  readonly url: string;
  /** True where it was started here and nobody else writes to it. */
  readonly isPrivate: boolean;
  stop(): Promise<void>;
}

/** Uses the given URL, or starts a private server where there is none.
 *  Fails as `startRedis` does. */
export async function provideRedis(envUrl: string | undefined): Promise<ProvidedRedis> {
  if (envUrl !== undefined && envUrl !== '') {
    return { url: envUrl, isPrivate: false, stop: async () => {} };
  }
  const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'everysec'] });
  return { url: redis.url, isPrivate: true, stop: () => redis.stop() };
}

/** Starts a private server, evicting nothing and, unless asked otherwise, storing nothing.
 *  Throws where there is no server program (with the command to type) or it does not start. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  const binary = await findRedisBinary(options.search);
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-redis-'));
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const args = buildArguments(port, directory, options);
    const place = { port, directory, launch: () => launch({ binary, args, port, directory }) };
    try {
      return createHandle(place, await place.launch());
    } catch (error) {
      // Another process may have taken the port in between.
      if (attempt < startAttempts) continue;
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }
}

interface Launched {
  readonly server: ChildProcess;
  readonly guard: ChildProcess;
}

interface Place {
  readonly port: number;
  readonly directory: string;
  readonly launch: () => Promise<Launched>;
}

function createHandle(place: Place, first: Launched): RunningRedis {
  let current: Launched | undefined = first;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const { server, guard } = current ?? {};
    current = undefined;
    // The guard goes first: it would kill whatever has the process id later.
    guard?.kill('SIGKILL');
    if (server !== undefined) await endProcess(server, signal);
  };
  return {
    url: `redis://127.0.0.1:${place.port}`,
    port: place.port,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      current = await place.launch();
    },
    stop: async () => {
      await end('SIGTERM');
      await rm(place.directory, { recursive: true, force: true });
    },
  };
}

function buildArguments(port: number, directory: string, options: RedisOptions): string[] {
  const pairs: Readonly<Record<string, string>> = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    logfile: join(directory, 'redis.log'),
    save: '',
    appendonly: options.appendOnly === true ? 'yes' : 'no',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  const args = Object.entries(pairs).flatMap(([name, value]) => [`--${name}`, value]);
  return [...args, ...(options.args ?? [])];
}

interface Launch {
  readonly binary: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly directory: string;
}

async function launch({ binary, args, port, directory }: Launch): Promise<Launched> {
  // Detached: Ctrl-C in a terminal must reach the programs that use Redis, not Redis before them.
  const server = spawn(binary, args, { detached: true, stdio: 'ignore' });
  await once(server, 'spawn');
  const guard = guardProcess(server, directory);
  server.unref();
  try {
    await untilReady(server, port);
  } catch (error) {
    guard.kill('SIGKILL');
    await endProcess(server, 'SIGKILL');
    const log = await readFile(join(directory, 'redis.log'), 'utf8').catch(() => '');
    throw new Error(`${binary} did not start: ${log.slice(-1000).trim()}`, { cause: error });
  }
  return { server, guard };
}

/** Kills the server when this process is gone, however it went: the guard's standard input ends then. */
function guardProcess(server: ChildProcess, directory: string): ChildProcess {
  const script = 'cat >/dev/null; kill -9 "$0"; rm -rf "$1"';
  const guard = spawn('sh', ['-c', script, String(server.pid), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.stdin.on('error', () => {});
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  guard.unref();
  return guard;
}

async function untilReady(server: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + startDeadlineMs;
  while (!(await answersPing(port))) {
    if (server.exitCode !== null || server.signalCode !== null) throw new Error('it ended at once');
    if (Date.now() > deadline) throw new Error(`no answer within ${startDeadlineMs} ms`);
    await pause(20);
  }
  // An answer may come from another server that has the port while ours is failing to bind it.
  if (server.exitCode !== null) throw new Error('the port is taken');
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => settle(false));
    socket.once('data', (data) => settle(data.toString().startsWith('+PONG')));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.ref();
  child.kill(signal);
  await ended;
}
