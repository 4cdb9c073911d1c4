// When bots were connected, in Redis: kept over restarts. Where Redis has lost it, it begins anew from now.

import { z } from 'zod';
import type { Presence } from '../batch/presence.ts';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const scripts = {
  noteConnected: readScript('note-connected', z.tuple([z.number(), z.number(), z.number()])),
  noteSwept: readScript('note-swept', z.number()),
};

/** Shorter absences are not worth a word: Slack sends again what came meanwhile. */
const absenceMs = 10 * 60_000;

const times = z.tuple([z.coerce.number(), z.coerce.number()]);

/** All times are Redis'. */
export function createPresence(store: Store): Presence {
  let notedAt = -Infinity;
  return {
    async noteConnected() {
      // Whoever was there itself knows better than a clock that was changed.
      const wasHere = performance.now() - notedAt < absenceMs;
      const longMs = wasHere ? Number.MAX_SAFE_INTEGER : absenceMs;
      const [nowMs, heardMs, sweptMs] = await store.run(scripts.noteConnected, longMs);
      notedAt = performance.now();
      return { nowMs, heardMs, sweptMs };
    },
    async noteSwept(heardMs, nextMs) {
      await store.run(scripts.noteSwept, heardMs, nextMs);
    },
    async readAbsence() {
      const key = store.keys.shared('presence');
      const marks = await store.redis.hmget(key, 'absentFromMs', 'absentToMs');
      if (marks.includes(null)) return undefined;
      const [fromMs, toMs] = times.parse(marks);
      return { fromMs, toMs };
    },
  };
}
