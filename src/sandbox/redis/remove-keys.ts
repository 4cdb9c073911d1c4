// Cleaning up on a Redis that others use too.

import { Redis } from 'ioredis';

/** Removes every key whose name contains `part`. */
export async function removeKeys(url: string, part: string): Promise<void> {
  const redis = new Redis(url);
  try {
    for await (const found of redis.scanStream({ match: `*${part}*`, count: 1000 })) {
      const names: unknown = found;
      if (Array.isArray(names) && names.length > 0) await redis.unlink(names.map(String));
    }
  } finally {
    redis.disconnect();
  }
}
