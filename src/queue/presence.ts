// When a bot was connected to Slack, and up to when every drop is known to have been taken: shared by all
// processes, kept over restarts. Where Redis has lost it, it begins anew from now.

import { z } from 'zod';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const scripts = {
  noteConnected: readScript('note-connected', z.tuple([z.number(), z.number(), z.number()])),
  noteSwept: readScript('note-swept', z.number()),
};

/** Shorter absences are not worth a word: Slack sends again what came meanwhile. */
const absenceMs = 10 * 60_000;

const times = z.tuple([z.coerce.number(), z.coerce.number()]);

/** All times are Redis', in milliseconds since 1970. */
export interface Presence {
  /** A bot is connected now. `heardMs`: before that, no drop was missed; `sweptMs`: when missed drops were last
   *  looked for, 0 if never. */
  noteConnected(): Promise<{
    readonly nowMs: number;
    readonly heardMs: number;
    readonly sweptMs: number;
  }>;
  /** Missed drops were looked for from `heardMs` on; the next time it is to be from `nextMs` on. Ignored where
   *  `heardMs` has changed meanwhile. */
  noteSwept(heardMs: number, nextMs: number): Promise<void>;
  /** The last time that no bot was connected for more than ten minutes. */
  readAbsence(): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined>;
}

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
