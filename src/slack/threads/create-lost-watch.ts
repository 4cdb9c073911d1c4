// Batches whose threads show them at work and that Redis knows no more: it was emptied, or came back without
// its data. Their people are told, once over all processes, to drop the file again.

import type { Batch } from '../../batch/batch.ts';
import type { Logger } from '../../logger.ts';
import type { Clients } from '../clients.ts';
import type { Desk } from '../desk.ts';
import { claimTtlMs } from '../hold-claim.ts';
import { toDigest } from './digest.ts';
import type { KnownThread, KnownThreads } from './known-threads.ts';
import { showMessage } from './progress-message.ts';
import { toSlackFailure } from '../slack-failure.ts';
import type { ThreadMemory } from '../thread-memory.ts';
import { toMessage } from '../to-message.ts';
import { showFileName } from '../views/progress.ts';
import { wordsOf } from '../words/words-of.ts';

export interface LostNeeds {
  readonly clients: Clients;
  readonly memory: Pick<ThreadMemory, 'claimSpeaker' | 'readThread' | 'writeThread' | 'spendEdit'>;
  readonly desk: Pick<Desk, 'readBatch' | 'knowsDrop'>;
  readonly known: KnownThreads;
  readonly log: Logger;
}

/** Every so many looks those are looked at, too, that seem to be there: a Redis that was emptied numbers its
 *  batches from 1 again. */
const thoroughEvery = 30;
const afterFailureMs = 5_000;

/** Looks for lost batches among the known threads; `open` are the batches that have something to tell, by
 *  Redis. Rejects while Redis is away (then nothing is known to be lost) or Slack does not take a message,
 *  and then does not look again for some seconds. */
export function createLostWatch(needs: LostNeeds): (open: readonly string[]) => Promise<void> {
  let looks = 0;
  let notBeforeMs = 0;
  return async (open) => {
    if (performance.now() < notBeforeMs) return;
    looks += 1;
    try {
      await findLost({ open, looksAtAll: looks % thoroughEvery === 0 }, needs);
    } catch (error) {
      const failure = toSlackFailure(error);
      const waitMs = failure.kind === 'rate-limited' ? failure.afterMs : afterFailureMs;
      notBeforeMs = performance.now() + waitMs;
      throw error;
    }
  };
}

interface Look {
  readonly open: readonly string[];
  readonly looksAtAll: boolean;
}

async function findLost({ open, looksAtAll }: Look, needs: LostNeeds): Promise<void> {
  const { known, desk } = needs;
  const threads = known.all();
  const ids = threads.map(({ id }) => id);
  for (const thread of threads) {
    const isDoubled = ids.indexOf(thread.id) !== ids.lastIndexOf(thread.id);
    if (open.includes(thread.id) && !isDoubled && !looksAtAll) continue;
    const batch = await desk.readBatch(thread.id);
    const isThere = batch?.drop.key === thread.drop.key;
    // One that a person deleted is not lost.
    if (!isThere && !(await desk.knowsDrop(thread.drop.key))) await tellOnce(thread, needs);
    else if (!isThere || !open.includes(thread.id)) await known.forget(thread.drop.key);
  }
}

async function tellOnce(thread: KnownThread, needs: LostNeeds): Promise<void> {
  const { memory, known, log } = needs;
  const { drop, id } = thread;
  // No batch has such a number: what is remembered of this message is kept apart from the batches.
  const lostId = `lost-${toDigest(toMessage(drop.key))}`;
  try {
    if (!(await memory.claimSpeaker(lostId, claimTtlMs))) return;
    const { progressTs: told } = await memory.readThread(lostId);
    if (told === undefined) {
      if (!(await showMessage({ id: lostId, drop }, buildLost(thread), needs))) return;
      const at = { batch: id, channel: drop.channel, thread: drop.threadTs };
      log.error(at, 'Redis has lost a batch; its person was asked to drop the file again');
      await correct(thread, needs);
    }
  } catch (error) {
    if (toSlackFailure(error).kind !== 'refused') throw error;
    log.error({ err: error, batch: id }, 'Redis has lost a batch, and its person cannot be told');
  }
  await known.forget(drop.key);
}

type Shown = Pick<Batch, 'id' | 'drop' | 'language'>;

function buildLost(thread: Shown): ReturnType<typeof toMessage> {
  const { lost } = wordsOf(thread.language).control;
  return toMessage(lost(`<@${thread.drop.user}>`, showFileName(thread)));
}

/** What still shows the batch at work: decoration, and Slack's refusals do not matter. */
async function correct(thread: KnownThread, { clients, log }: LostNeeds): Promise<void> {
  const { drop, progressTs: ts, language } = thread;
  const { channel, messageTs: timestamp } = drop;
  const { text, blocks } = toMessage(wordsOf(language).control.lostTitle(showFileName(thread)));
  const { reactions, chat } = clients.once;
  const calls = [
    ...(ts === undefined ? [] : [() => chat.update({ channel, ts, text, blocks: [...blocks] })]),
    () => reactions.remove({ channel, timestamp, name: 'eyes' }),
    () => reactions.add({ channel, timestamp, name: 'warning' }),
  ];
  for (const call of calls) {
    await call().catch((error: unknown) => log.debug({ err: error }, 'Slack refused a correction'));
  }
}
