// In which form this version of Darkroom keeps its data in Redis, so that no version misreads what another
// one wrote. The number goes up with every change that an older version, or a newer one, could not read.

import type { Store } from './store.ts';

const format = '1';

/** Notes this version's form where none is noted yet. A sentence for whoever installs it where the data are of
 *  another form; undefined where they are of this one. */
export async function findFormatProblem({ redis, keys }: Store): Promise<string | undefined> {
  const key = keys.shared('format');
  // Reading first: a Redis that is full can still be started on.
  if ((await redis.get(key)) === null) await redis.set(key, format, 'NX');
  const found = await redis.get(key);
  if (found === format) return undefined;
  const forms = `form ${found ?? 'unknown'}, this version reads form ${format}`;
  return (
    `Another version of Darkroom keeps its data in this Redis under ${keys.prefix} (${forms}). ` +
    'Start that version, or give this one a KEY_PREFIX of its own.'
  );
}
