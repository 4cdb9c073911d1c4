// The test run's Redis, with a key prefix of its own for the running test.

import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { inject, onTestFinished } from 'vitest';

export interface TestRedis {
  readonly url: string;
  /** Unique to this test; holds no colon, brace or glob character. */
  readonly prefix: string;
  /** Keys that hold the prefix anywhere in their name, sorted. */
  keys(): Promise<string[]>;
  /** Those of them that would stay for ever. */
  keysWithoutExpiry(): Promise<string[]>;
  /** Deletes all of these keys, as a Redis does that comes back without its data. */
  flush(): Promise<void>;
  /** Makes the moment in a field of a hash earlier: what began then has lasted longer. */
  rewind(moment: {
    readonly key: string;
    readonly field: string;
    readonly ms: number;
  }): Promise<void>;
  /** Everything that these keys hold, packed values as they are. */
  dump(): Promise<Buffer>;
}

/** Call it first in a test: its clean-up then runs after everything that the test closes later.
 *  Every key that holds the prefix is deleted; a key that comes back (something still runs and
 *  writes) or that lacks the prefix fails the run at its end. */
export function testRedis(): TestRedis {
  const redis = openTestRedis();
  onTestFinished(() => redis[Symbol.asyncDispose]());
  return redis;
}

/** The same for something that lives longer than a test: it deletes its keys when it is disposed. */
export function openTestRedis(): TestRedis & AsyncDisposable {
  const url = inject('redisUrl');
  const prefix = `test-${randomUUID().slice(0, 8)}`;
  const client = new Redis(url, { lazyConnect: true });
  const keys = async (): Promise<string[]> => (await scan(client, `*${prefix}*`)).toSorted();
  return {
    url,
    prefix,
    keys,
    keysWithoutExpiry: async () => {
      const all = await keys();
      const times = await Promise.all(all.map((key) => client.pttl(key)));
      return all.filter((_key, index) => times[index] === -1);
    },
    flush: async () => {
      const all = await keys();
      if (all.length > 0) await client.unlink(...all);
    },
    rewind: async ({ key, field, ms }) => {
      await client.hincrby(`${prefix}:${key}`, field, -ms);
    },
    dump: async () => {
      const values = await Promise.all((await keys()).map((key) => readValue(client, key)));
      return Buffer.concat(values.flat());
    },
    async [Symbol.asyncDispose]() {
      try {
        const left = await keys();
        if (left.length > 0) await client.unlink(...left);
      } finally {
        client.disconnect();
      }
    },
  };
}

async function readValue(client: Redis, key: string): Promise<readonly Buffer[]> {
  switch (await client.type(key)) {
    case 'string':
      return [(await client.getBuffer(key)) ?? Buffer.alloc(0)];
    case 'hash':
      return Object.values(await client.hgetallBuffer(key));
    case 'list':
      return client.lrangeBuffer(key, 0, -1);
    case 'set':
      return client.smembersBuffer(key);
    case 'zset':
      return client.zrangeBuffer(key, '0', '-1');
    case 'stream':
      return [Buffer.from(JSON.stringify(await client.xrange(key, '-', '+')))];
    default:
      return [];
  }
}

async function scan(client: Redis, match: string): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, page] = await client.scan(cursor, 'MATCH', match, 'COUNT', 1000);
    for (const key of page) found.add(key);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}
