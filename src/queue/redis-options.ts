// How Darkroom connects to Redis, the same for every connection.

import type { RedisOptions } from 'ioredis';

/** Waits and resends for as long as Redis is away: every script bears being sent twice, and a row must not
 *  fail because its result had to wait. */
export const redisOptions = {
  maxRetriesPerRequest: null,
  retryStrategy: (attempt: number) => Math.min(attempt * 200, 2000),
  // After a failover the old server answers READONLY: connect again and send that command again.
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  connectTimeout: 5000,
  keepAlive: 10_000,
} satisfies RedisOptions;

/** For connections on which every command is answered at once: a silent server is a lost one. */
export const promptRedisOptions = {
  ...redisOptions,
  socketTimeout: 10_000,
} satisfies RedisOptions;
