// Forgetting a batch before its time.

import { z } from 'zod';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const purgeScript = readScript('purge', z.enum(['purged', 'active', 'unknown']));

export type PurgeResult = z.infer<typeof purgeScript.reply>;

/** Removes every key of a batch that has ended. `active` where it has not: then nothing was removed. */
export function purgeBatch(store: Store, id: string): Promise<PurgeResult> {
  return store.run(purgeScript, id);
}
