// Says in the threads that are at work that the store is away or takes no changes, and hands them back when it
// serves again. All that it needs meanwhile is in this process and on its disk.
//
// A thread is marked before its message is edited, and the mark goes when Redis knows that the message may be wrong:
// whoever speaks for the batch then shows it anew, also where this process died in between and was started again.

import type { StoreTrouble } from '../../batch/store-trouble.ts';
import type { Logger } from '../../logger.ts';
import type { Clients } from '../clients.ts';
import type { Desk } from '../desk.ts';
import type { KnownThread, KnownThreads } from './known-threads.ts';
import { keepLooking } from '../keep-looking.ts';
import { settlesMs } from '../posts/post-once.ts';
import { toSlackFailure } from '../slack-failure.ts';
import { soon } from '../soon.ts';
import type { ThreadMemory } from '../thread-memory.ts';
import { buildStoreTrouble } from '../views/store-trouble.ts';

export interface StorageWatchNeeds {
  /** What keeps the store from serving now. Never rejects, and answers within seconds. */
  findTrouble(): Promise<StoreTrouble | undefined>;
  readonly clients: Clients;
  readonly memory: Pick<ThreadMemory, 'open' | 'writeThread'>;
  readonly desk: Pick<Desk, 'readBatch'>;
  readonly known: KnownThreads;
  readonly log: Logger;
  /** Threads have something to be told. */
  onHandedBack(): void;
  /** How long the store is in trouble without a break before anybody is told. Milliseconds; default 30 s. */
  readonly patienceMs?: number;
  /** Milliseconds; default 2 s. */
  readonly lookEveryMs?: number;
}

/** As many edits in a minute as all progress together may have. */
const editEveryMs = 1_500;

interface Outage {
  readonly sinceMs: number;
  /** By the clock of this process alone. */
  readonly begunAt: number;
  /** By the keys of their drops; each is told once. */
  readonly told: Set<string>;
}

/** Starts at once; disposing waits for the call that is under way. */
export function createStorageWatch(needs: StorageWatchNeeds): AsyncDisposable {
  const { known, log, patienceMs = 30_000, lookEveryMs = 2_000 } = needs;
  let outage: Outage | undefined;

  /** Resolves to the milliseconds until the next look. */
  const look = async (): Promise<number> => {
    const trouble = await needs.findTrouble();
    if (trouble === undefined) {
      outage = undefined;
      const waiting = known.all().filter(({ isWaiting }) => isWaiting);
      for (const thread of waiting) await handBack(thread, needs);
      return lookEveryMs;
    }
    outage ??= { sinceMs: Date.now(), begunAt: performance.now(), told: new Set() };
    const { sinceMs, begunAt, told } = outage;
    if (performance.now() - begunAt < patienceMs) return lookEveryMs;
    const next = known.all().find(({ drop, progressTs }) => progressTs && !told.has(drop.key));
    if (next === undefined) return lookEveryMs;
    if (told.size === 0) log.warn({ trouble }, 'the store cannot be used; the threads are told');
    const waitMs = await tell(next, { trouble, sinceMs }, needs);
    if (waitMs === undefined) told.add(next.drop.key);
    return waitMs ?? editEveryMs;
  };

  return keepLooking(look, (error) => {
    log.warn({ err: error }, 'the threads were not handed back yet');
    return lookEveryMs;
  });
}

/** Resolves to the milliseconds after which to try again, or undefined where that is of no use. */
async function tell(
  thread: KnownThread,
  trouble: { readonly trouble: StoreTrouble; readonly sinceMs: number },
  { clients, known, log }: StorageWatchNeeds,
): Promise<number | undefined> {
  const { text, blocks } = buildStoreTrouble(thread, trouble);
  const at = { channel: thread.drop.channel, ts: thread.progressTs ?? '' };
  await known.mark(thread.drop.key, true);
  try {
    await clients.once.chat.update({ ...at, text, blocks: [...blocks] });
    return undefined;
  } catch (error) {
    log.warn({ err: error, batch: thread.id }, 'the thread could not be told of the store');
    const failure = toSlackFailure(error);
    if (failure.kind === 'refused') return undefined;
    return failure.kind === 'rate-limited' ? failure.afterMs : settlesMs;
  }
}

/** Rejects where the store does not answer in time: what comes late is done once more, and harmless. */
async function handBack(
  { id, drop }: KnownThread,
  { desk, memory, known, onHandedBack }: StorageWatchNeeds,
): Promise<void> {
  const batch = await soon(desk.readBatch(id));
  // Of a batch that is lost the thread is told elsewhere.
  if (batch?.drop.key === drop.key) {
    await soon(memory.writeThread(id, { digest: null }));
    // It may have come to its end just before, or elsewhere.
    await soon(memory.open(id));
  }
  await known.mark(drop.key, false);
  onHandedBack();
}
