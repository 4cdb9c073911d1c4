// Finds a Redis server program on this machine, or installs one where that needs no question:
// as root with apt-get, or with Homebrew.

import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const programs = ['redis-server', 'valkey-server'];
const policyFile = '/usr/sbin/policy-rc.d';

/** Where to look for programs and what to do with a missing one; the defaults are this machine. */
export interface RedisSearch {
  /** Directories as in PATH. */
  readonly path?: string;
  /** False where nothing may be installed. */
  readonly mayInstall?: boolean;
  /** What is done is said here, a line at a time; stderr unless given. */
  readonly say?: (line: string) => void;
}

/** The absolute path of redis-server or valkey-server.
 *  Throws an Error that holds the command to type where there is none and none may be installed. */
export async function findRedisBinary(search: RedisSearch = {}): Promise<string> {
  const path = search.path ?? process.env['PATH'] ?? '';
  const found = await findFirst(programs, path);
  if (found !== undefined) return found;
  if (search.mayInstall !== false) {
    const say = search.say ?? ((line: string) => process.stderr.write(`${line}\n`));
    await install(path, say);
    const installed = await findFirst(programs, path);
    if (installed !== undefined) return installed;
  }
  throw new Error(
    `No Redis server was found: neither redis-server nor valkey-server is on the PATH. ` +
      `Type this and start again: ${commandToType()} (or set REDIS_URL to a Redis that you have).`,
  );
}

async function install(path: string, say: (line: string) => void): Promise<void> {
  if (process.getuid?.() === 0 && (await findFirst(['apt-get'], path)) !== undefined) {
    say('No Redis server on the PATH: installing redis-server with apt-get…');
    await installWithApt(say);
  } else if ((await findFirst(['brew'], path)) !== undefined) {
    say('No Redis server on the PATH: installing redis with Homebrew…');
    await runQuietly('brew', ['install', 'redis']).catch((error: unknown) => say(String(error)));
  }
}

async function installWithApt(say: (line: string) => void): Promise<void> {
  // The package would start a service on port 6379; Debian asks this file first (101 = no).
  const ownPolicy = await writeFile(policyFile, '#!/bin/sh\nexit 101\n', {
    flag: 'wx',
    mode: 0o755,
  })
    .then(() => true)
    .catch(() => false);
  const patience = ['-o', 'DPkg::Lock::Timeout=180', '-qq', '-y'];
  try {
    await runQuietly('apt-get', [...patience, 'update']).catch((error: unknown) =>
      say(String(error)),
    );
    await runQuietly('apt-get', [
      ...patience,
      '--no-install-recommends',
      'install',
      'redis-server',
    ]);
  } catch (error) {
    say(String(error));
  } finally {
    if (ownPolicy) await rm(policyFile, { force: true });
  }
}

async function runQuietly(program: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (data: Buffer): void => {
    output = (output + data.toString()).slice(-2000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${output.trim()}`);
}

async function findFirst(names: readonly string[], path: string): Promise<string | undefined> {
  for (const name of names) {
    for (const directory of path.split(delimiter).filter(Boolean)) {
      const candidate = join(directory, name);
      if (await isProgram(candidate)) return candidate;
    }
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function commandToType(): string {
  if (process.platform === 'darwin') return 'brew install redis';
  return process.getuid?.() === 0
    ? 'apt-get update && apt-get install -y redis-server'
    : 'sudo apt-get update && sudo apt-get install -y redis-server';
}
