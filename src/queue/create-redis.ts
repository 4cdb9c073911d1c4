// The connections to Redis: one for commands, one for announcements, and separate ones for the parts
// that bring their own client library.

import { Redis } from 'ioredis';
import { gatherWrites } from './gather-writes.ts';
import { promptRedisOptions, redisOptions } from './redis-options.ts';
import { watchConnection, type IsSteady } from './watch-connection.ts';
import { withDeadline } from './with-deadline.ts';

export interface RedisSettings {
  readonly url: string;
  /** Told when the commands' connection is lost or there again. */
  readonly onState?: (state: 'up' | 'down') => void;
}

/** Opaque outside this folder: made here, handed to the other create… functions. */
export interface RedisConnections {
  readonly url: string;
  readonly commands: Redis;
  readonly announcements: Redis;
  isUp(): boolean;
  readonly isSteady: IsSteady;
  /** Drops what is still under way; a lost Redis cannot hold the process up. */
  close(): Promise<void>;
}

/** Begins to connect and returns at once; commands wait until Redis is there. */
export function createRedis(settings: RedisSettings): RedisConnections {
  const options = { ...promptRedisOptions, connectionName: 'darkroom' };
  const commands = gatherWrites(new Redis(settings.url, options));
  const announcements = new Redis(settings.url, { ...redisOptions, autoResubscribe: true });
  let up = false;
  const onState = (next: boolean): void => {
    if (next === up) return;
    up = next;
    settings.onState?.(next ? 'up' : 'down');
  };
  commands.on('ready', () => onState(true));
  commands.on('close', () => onState(false));
  // Without a listener ioredis prints every failed attempt; the state is what matters.
  commands.on('error', () => {});
  announcements.on('error', () => {});
  return {
    url: settings.url,
    commands,
    announcements,
    isUp: () => up,
    isSteady: watchConnection(commands),
    close: async () => {
      await Promise.all([closeConnection(commands), closeConnection(announcements)]);
    },
  };
}

/** Says goodbye for at most a second, then hangs up. */
export async function closeConnection(connection: Redis): Promise<void> {
  if (connection.status === 'ready') await withDeadline(connection.quit(), 1000).catch(() => {});
  connection.disconnect();
}
