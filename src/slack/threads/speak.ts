// One turn of speaking for a batch: its state becomes a reaction and a message in its thread.

import { hasEnded, type Batch } from '../../batch/batch.ts';
import type { Absence, Presence } from '../../batch/presence.ts';
import type { Fault } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Clients } from '../clients.ts';
import type { Rules } from '../../config/rules.ts';
import type { Desk } from '../desk.ts';
import type { KnownThreads } from './known-threads.ts';
import type { People } from '../people.ts';
import { toFaultMessage } from '../to-message.ts';
import { showApproval } from './approval-message.ts';
import { isPrivate, isTaken } from '../is-silent.ts';
import { showMessage } from './progress-message.ts';
import { post } from '../post.ts';
import { showReaction } from './reaction.ts';
import { isDirectChannel as isDirect } from '../rights.ts';
import { sayOnce } from '../posts/say-once.ts';
import { isClosedChannel, isLockedOut, toSlackFailure } from '../slack-failure.ts';
import type { ThreadMemory, ThreadState } from '../thread-memory.ts';
import type { TimeLeft } from './time-left.ts';
import type { Message } from '../views/blocks.ts';
import { buildProgress, showFileName } from '../views/progress.ts';
import { buildRefusal } from '../views/refusal.ts';
import { wordsOf } from '../words/words-of.ts';

export interface SpeakNeeds {
  readonly clients: Clients;
  readonly memory: ThreadMemory;
  readonly desk: Desk;
  readonly log: Logger;
  readonly timeLeft: TimeLeft;
  readonly people: People;
  readonly rules: Rules;
  readonly known: KnownThreads;
  readonly presence: Pick<Presence, 'readAbsence'>;
}

/** Reading is quick, as a rule; only when it is not is there something to say about it. */
const readingIsLongMs = 5_000;

/** What the thread should show now; undefined for nothing (yet). */
function buildMessage(
  batch: Batch,
  secondsLeft: number | undefined,
  absence: Absence | undefined,
): Message | undefined {
  if (batch.state === 'refused') {
    return batch.fault === undefined ? undefined : buildRefusal(batch, batch.fault);
  }
  if (batch.state === 'reading') {
    const long = Date.now() - batch.createdMs > readingIsLongMs;
    return isTaken(batch) && long ? buildProgress(batch, undefined, absence) : undefined;
  }
  return buildProgress(batch, secondsLeft, absence);
}

/** Resolves to the milliseconds after which the batch's thread is worth another look. */
export async function speak(batchId: string, needs: SpeakNeeds): Promise<number> {
  const batch = await needs.desk.readBatch(batchId);
  if (batch === undefined) {
    await needs.memory.settle(batchId);
    return 0;
  }
  try {
    return await tell(batch, needs);
  } catch (error) {
    return afterFailure(error, batch, needs);
  }
}

async function tell(batch: Batch, needs: SpeakNeeds): Promise<number> {
  if (batch.state === 'refused' && batch.fault !== undefined && isPrivate(batch.fault)) {
    await tellAlone(batch, batch.fault, needs);
    await settle(batch, needs);
    return 0;
  }
  const secondsLeft = await needs.timeLeft.note(batch);
  const shown = await needs.memory.readThread(batch.id);
  await showReaction(batch, shown, needs);
  const message = buildMessage(batch, secondsLeft, await needs.presence.readAbsence());
  const isShown = message === undefined || (await showKnown(batch, message, { shown, needs }));
  const isAsked = await showApproval(batch, shown, needs);
  await callForRejected(batch, needs);
  if (hasEnded(batch) && isShown && isAsked) await settle(batch, needs);
  return 0;
}

/** Shows it, and knows the thread while the batch is at work, should Redis lose it. */
async function showKnown(
  batch: Batch,
  message: Message,
  { shown, needs }: { readonly shown: ThreadState; readonly needs: SpeakNeeds },
): Promise<boolean> {
  if (hasEnded(batch)) return showMessage(batch, message, needs);
  const { known, memory } = needs;
  await known.note(batch, shown.progressTs);
  const isShown = await showMessage(batch, message, needs);
  if (shown.progressTs === undefined) {
    await known.note(batch, (await memory.readThread(batch.id)).progressTs);
  }
  return isShown;
}

/** A message that is edited calls nobody, and this pause ends by nobody else. */
async function callForRejected(batch: Batch, needs: SpeakNeeds): Promise<void> {
  const { id, drop, pause, language } = batch;
  if (pause?.reason !== 'rejected') return;
  const { rejected } = wordsOf(language).control;
  const text = rejected(`<@${drop.user}>`, showFileName(batch));
  // A later turn says it, where this one cannot.
  await sayOnce({ about: id, what: `rejected_${pause.sinceMs}`, text, place: () => drop }, needs);
}

/** Nobody else sees that it was refused. Said again where this process dies right after. */
async function tellAlone(batch: Batch, fault: Fault, needs: SpeakNeeds): Promise<void> {
  const { channel, threadTs, messageTs, user } = batch.drop;
  const { text, blocks } = toFaultMessage(fault, await needs.people.read(user));
  const message = { channel, text, blocks: [...blocks] };
  if (isDirect(channel)) {
    await post(needs.clients, message);
    return;
  }
  const thread = threadTs === messageTs ? {} : { thread_ts: threadTs };
  await needs.clients.once.chat.postEphemeral({ ...message, ...thread, user });
}

async function settle(batch: Batch, { memory, timeLeft, known }: SpeakNeeds): Promise<void> {
  timeLeft.forget(batch.id);
  await known.forget(batch.drop.key);
  await memory.settle(batch.id, batch.retriedAs);
}

/** Progress may be late; it must neither hammer Slack nor stop for other batches. */
async function afterFailure(error: unknown, batch: Batch, needs: SpeakNeeds): Promise<number> {
  const failure = toSlackFailure(error);
  needs.log.warn({ err: error, batch: batch.id }, 'the thread could not be told');
  if (failure.kind === 'rate-limited') return failure.afterMs;
  if (failure.kind === 'unknown') return 2_000;
  if (hasEnded(batch) && !isLockedOut(failure)) await settle(batch, needs);
  return isClosedChannel(failure) ? 60_000 : 15_000;
}
