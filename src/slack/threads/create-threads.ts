// The loop that keeps all threads up to date. Over all processes, one speaks for a batch at a time.

import { createLostWatch } from './create-lost-watch.ts';
import { createStorageWatch, type StorageWatchNeeds } from './create-storage-watch.ts';
import { claimTtlMs, holdClaim } from '../hold-claim.ts';
import { keepLooking } from '../keep-looking.ts';
import { speak, type SpeakNeeds } from './speak.ts';

export interface Threads extends AsyncDisposable {
  /** Looks at all threads now rather than at the next tick: something has changed. */
  wake(): void;
}

/** What tells whether the store can be used. */
export type StorageEdge = Pick<StorageWatchNeeds, 'findTrouble' | 'patienceMs' | 'lookEveryMs'>;

/** How often threads are looked at; what is edited how often is decided elsewhere. */
const tickMs = 1_000;
const speakersAtOnce = 4;

/** Starts at once; disposing waits for the turn that is under way. */
export function createThreads(needs: SpeakNeeds & { readonly storage: StorageEdge }): Threads {
  const notBefore = new Map<string, number>();
  const findLost = createLostWatch(needs);

  const turn = async (batchId: string): Promise<void> => {
    try {
      if (!(await needs.memory.claimSpeaker(batchId, claimTtlMs))) return;
      using claim = holdClaim(batchId, needs);
      const waitMs = await speak(batchId, needs);
      // What stands there may be older than what another process has shown, and settled.
      if (claim.wasLost()) await needs.memory.open(batchId);
      if (waitMs > 0) notBefore.set(batchId, performance.now() + waitMs);
      else notBefore.delete(batchId);
    } catch (error) {
      needs.log.warn({ err: error, batch: batchId }, 'a thread could not be looked after');
    }
  };

  const round = async (): Promise<number> => {
    const nowMs = performance.now();
    const open = await needs.memory.unsettled();
    for (const id of notBefore.keys()) if (!open.includes(id)) notBefore.delete(id);
    const due = shuffle(open.filter((id) => (notBefore.get(id) ?? 0) <= nowMs));
    const takers = Array.from({ length: speakersAtOnce }, async () => {
      for (let id = due.pop(); id !== undefined; id = due.pop()) await turn(id);
    });
    await Promise.all(takers);
    await findLost(open);
    return tickMs;
  };

  const rounds = keepLooking(round, (error) => {
    needs.log.warn({ err: error }, 'the threads could not be looked after');
    return tickMs;
  });
  const { wake } = rounds;
  const storage = createStorageWatch({ ...needs, ...needs.storage, onHandedBack: wake });
  return {
    wake,
    async [Symbol.asyncDispose]() {
      await Promise.all([rounds[Symbol.asyncDispose](), storage[Symbol.asyncDispose]()]);
    },
  };
}

/** So that no batch is always the last one when the edits of a minute run out. */
function shuffle(ids: readonly string[]): string[] {
  return ids
    .map((id) => ({ id, order: Math.random() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ id }) => id);
}
