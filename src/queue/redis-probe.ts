// Whether Redis takes writes and tells our time, asked on a connection that gives up at once: all others
// wait for a Redis that is away.

import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { StoreTrouble } from '../batch/store-trouble.ts';
import { toSkewProblem } from './check-redis.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';
import { closeConnection } from './create-redis.ts';
import { withDeadline } from './with-deadline.ts';

export interface RedisProbe extends AsyncDisposable {
  /** What keeps Redis from serving Darkroom now, a line each; none where all is well. Never rejects, and
   *  answers within about 2 s. It writes, since a Redis that is full, read-only or out of disk still reads. */
  findProblems(): Promise<readonly string[]>;
  /** The same for whoever asks whether work goes on: clocks that differ do not keep it from that. */
  findTrouble(): Promise<StoreTrouble | undefined>;
  /** The same data, for reading: while Redis is away it rejects instead of waiting. */
  readonly store: Store;
}

export type RedisProbeOptions = { readonly url: string } & Omit<StoreOptions, 'redis'>;

const commandTimeoutMs = 2000;

/** The probe's own key does not outlive the interest in it. */
const keyTtlMs = 60_000;

/** Resolves when it is connected, or after 2 s: it connects by itself whenever Redis is there. */
export async function openRedisProbe({ url, ...place }: RedisProbeOptions): Promise<RedisProbe> {
  const redis = new Redis(url, {
    connectionName: 'darkroom-probe',
    commandTimeout: commandTimeoutMs,
    socketTimeout: 2 * commandTimeoutMs,
    connectTimeout: commandTimeoutMs,
    enableOfflineQueue: false,
    // While it loads its data it says so.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, 1000),
  });
  // A refused password ends the connection, and commands then say only that there is none.
  let lost: unknown;
  redis.on('error', (error) => (lost = error));
  redis.on('ready', () => (lost = undefined));
  await withDeadline(once(redis, 'ready'), commandTimeoutMs).catch(() => {});
  const store = createStore({ redis: { commands: redis, isSteady: () => true }, ...place });
  const key = store.keys.shared('probe');
  const look = async (): Promise<Finding | undefined> => {
    try {
      const before = Date.now();
      const [, [seconds, microseconds]] = await Promise.all([
        redis.set(key, 'written', 'PX', keyTtlMs),
        redis.time(),
      ]);
      const halfWayMs = (Date.now() - before) / 2;
      const theirs = Number(seconds) * 1000 + Number(microseconds) / 1000;
      const problem = toSkewProblem(theirs - before - halfWayMs, halfWayMs);
      return problem === undefined ? undefined : { problem };
    } catch (error) {
      return toFinding(error) ?? toFinding(lost) ?? { problem: 'Redis is away', trouble: 'away' };
    }
  };
  let looking: Promise<Finding | undefined> | undefined;
  // However many ask at a time, Redis is asked once.
  const find = (): Promise<Finding | undefined> =>
    (looking ??= look().finally(() => {
      looking = undefined;
    }));
  return {
    store,
    async findProblems() {
      const found = await find();
      return found === undefined ? [] : [found.problem];
    },
    findTrouble: async () => (await find())?.trouble,
    [Symbol.asyncDispose]: () => closeConnection(redis),
  };
}

interface Finding {
  /** For whoever runs it. */
  readonly problem: string;
  readonly trouble?: StoreTrouble;
}

/** What Redis' own words mean to whoever runs it. */
const sentences: Readonly<Record<string, string>> = {
  READONLY: 'Redis is a read-only replica: REDIS_URL has to name the primary',
  OOM: 'Redis is full: raise its maxmemory',
  MISCONF: 'Redis cannot save to its disk and takes no writes: look at its disk and its log',
  LOADING: 'Redis is still loading its data',
  NOREPLICAS: 'Redis lacks the replicas that it has to have for writes',
  NOAUTH: 'Redis wants a password: correct REDIS_URL',
  WRONGPASS: 'Redis refuses the password: correct REDIS_URL',
  NOPERM: 'Redis refuses this user the rights that it needs',
};

/** Those that are not simply a refusal. */
const troubles: Readonly<Record<string, StoreTrouble>> = { OOM: 'full', LOADING: 'away' };

/** Undefined where it was not Redis that spoke. Only the first word is shown: the rest may hold anything. */
function toFinding(error: unknown): Finding | undefined {
  const message = error instanceof Error ? error.message : '';
  if (message.includes('timed out')) return { problem: 'Redis does not answer', trouble: 'away' };
  const code = /^[A-Z]{3,}(?= )/.exec(message)?.[0];
  if (code === undefined) return undefined;
  const problem = sentences[code] ?? `Redis takes no writes: ${code}`;
  return { problem, trouble: troubles[code] ?? 'refuses' };
}
