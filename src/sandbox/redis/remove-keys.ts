// Cleaning up on a Redis that others use too.

import { Redis } from 'ioredis';

/** Removes every key whose name contains `part`. A server that cannot be reached keeps them: it is not waited for. */
export async function removeKeys(url: string, part: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  try {
    // Without a listener ioredis prints what `connect` rejects with.
    redis.on('error', () => undefined);
    if (!(await isReached(redis))) return;
    for await (const found of redis.scanStream({ match: `*${part}*`, count: 1000 })) {
      const names: unknown = found;
      if (Array.isArray(names) && names.length > 0) await redis.unlink(names.map(String));
    }
  } finally {
    redis.disconnect();
  }
}

async function isReached(redis: Redis): Promise<boolean> {
  return redis.connect().then(
    () => true,
    () => false,
  );
}
