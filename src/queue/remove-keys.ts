// Leaving no trace: for runs that use a Redis once.

import type { Store } from './store.ts';

/** Removes every key of this installation, those of the gate and the steps too. Nothing may work on it any more. */
export async function removeKeys({ redis, keys }: Store): Promise<void> {
  const stream = redis.scanStream({ match: `*${keys.prefix}:*`, count: 1000 });
  for await (const found of stream) {
    const names: unknown = found;
    if (Array.isArray(names) && names.length > 0) await redis.unlink(names.map(String));
  }
}
