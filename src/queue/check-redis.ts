// Whether a Redis can carry Darkroom, asked once at the start: sentences for who installs it.

import type { RedisConnections } from './create-redis.ts';
import { withDeadline } from './with-deadline.ts';

export interface RedisHealth {
  /** The bot must not run like this. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export interface RedisReading {
  /** The text of INFO. */
  readonly info: string;
  /** Redis' clock minus ours, in ms. */
  readonly skewMs: number;
}

const longestSkewMs = 2000;
const oldest = [6, 2] as const;

/** Never rejects: a Redis that does not answer within the time is a problem too. */
export async function checkRedis(redis: RedisConnections, deadlineMs = 5000): Promise<RedisHealth> {
  try {
    return judgeRedis(await withDeadline(read(redis), deadlineMs));
  } catch (error) {
    const { host } = new URL(redis.url);
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
    const advice = 'Start it, or correct REDIS_URL (address, user, password, rights).';
    return { problems: [`Redis at ${host} cannot be used: ${reason}. ${advice}`], warnings: [] };
  }
}

/** Valkey counts: it names the Redis version that it is compatible with. */
export function judgeRedis({ info, skewMs }: RedisReading): RedisHealth {
  const problems: string[] = [];
  const warnings: string[] = [];
  const version = valueOf(info, 'redis_version');
  if (!isRecent(version)) {
    problems.push(`Redis ${version} is too old. Use 6.2 or later.`);
  }
  const skewProblem = toSkewProblem(skewMs);
  if (skewProblem !== undefined) problems.push(skewProblem);
  const policy = valueOf(info, 'maxmemory_policy');
  if (policy !== 'noeviction') {
    warnings.push(
      `Redis may throw data away (maxmemory-policy ${policy}). Set maxmemory-policy noeviction.`,
    );
  }
  if (valueOf(info, 'aof_enabled') !== '1') {
    warnings.push('Redis keeps nothing over a crash (no append-only file). Set appendonly yes.');
  }
  return { problems, warnings };
}

/** `skewMs` is Redis' clock minus ours, known to `unsureMs`. */
export function toSkewProblem(skewMs: number, unsureMs = 0): string | undefined {
  if (Math.abs(skewMs) - unsureMs <= longestSkewMs) return undefined;
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  return `This machine's clock and that of Redis differ by ${seconds} s; 2 s is the limit. Synchronise both (NTP).`;
}

async function read(redis: RedisConnections): Promise<RedisReading> {
  const info = await redis.commands.info();
  const before = Date.now();
  const [seconds, microseconds] = await redis.commands.time();
  const ours = (before + Date.now()) / 2;
  return { info, skewMs: Number(seconds) * 1000 + Number(microseconds) / 1000 - ours };
}

function valueOf(info: string, field: string): string {
  return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? 'unknown';
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}
