// The one message in a batch's thread: posted once, found again after a crash, edited in place.
//
// nothing -> posting (marked) -> posted. The mark is stored before the message is posted and taken away
// with its timestamp known, so a mark that is found means a post of unknown outcome: the thread is
// searched for the message, by the batch's number in its metadata, before anything is posted again.

import type { Batch } from '../batch/batch.ts';
import type { Clients } from './clients.ts';
import { toDigest } from './digest.ts';
import { buildMetadata, findOwn } from './own-message.ts';
import { post } from './post.ts';
import { toSlackFailure } from './slack-failure.ts';
import type { ThreadMemory, ThreadState } from './thread-memory.ts';
import type { Message } from './views/blocks.ts';

export interface MessageNeeds {
  readonly clients: Clients;
  readonly memory: Pick<ThreadMemory, 'readThread' | 'writeThread' | 'spendEdit'>;
}

/** Between two edits of one batch's message. */
const editEveryMs = 3_000;
/** A post of unknown outcome has arrived by then, or never will. */
const postSettlesMs = 5_000;
const metadataType = 'darkroom_batch';

/** The batch whose message it is, by its number, and where it stands. */
type Own = Pick<Batch, 'id' | 'drop'>;

/** Slack's answers to an edit after which only a new message helps. */
const lost: ReadonlySet<string> = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
]);

/**
 * Makes the thread show `message`. Resolves to true when it does, false when it has to wait: for the next
 * edit that is allowed, or for a post to settle. Rejects with what the client threw.
 */
export async function showMessage(
  batch: Own,
  message: Message,
  needs: MessageNeeds,
): Promise<boolean> {
  const state = await needs.memory.readThread(batch.id);
  const digest = toDigest(message);
  if (state.progressTs !== undefined) {
    if (state.digest === digest) return true;
    return edit(batch, { message, digest, state }, needs);
  }
  if (state.postingSinceMs !== undefined) {
    if (Date.now() - state.postingSinceMs < postSettlesMs) return false;
    const { channel, threadTs } = batch.drop;
    const tag = { type: metadataType, batchId: batch.id };
    const found = await findOwn({ channel, threadTs }, tag, needs.clients.steady);
    if (found !== undefined) {
      await needs.memory.writeThread(batch.id, { progressTs: found, postingSinceMs: null });
      return false;
    }
  }
  await postMarked(batch, { message, digest }, needs);
  return true;
}

interface Shown {
  readonly message: Message;
  readonly digest: string;
}

async function postMarked(
  batch: Own,
  { message, digest }: Shown,
  needs: MessageNeeds,
): Promise<void> {
  const { channel, threadTs } = batch.drop;
  await needs.memory.writeThread(batch.id, { postingSinceMs: Date.now(), progressTs: null });
  try {
    const { ts } = await post(needs.clients, {
      channel,
      thread_ts: threadTs,
      text: message.text,
      blocks: [...message.blocks],
      metadata: buildMetadata(metadataType, batch.id),
    });
    const change = { progressTs: ts, digest, editedMs: Date.now(), postingSinceMs: null };
    await needs.memory.writeThread(batch.id, change);
  } catch (error) {
    if (toSlackFailure(error).kind !== 'unknown') {
      await needs.memory.writeThread(batch.id, { postingSinceMs: null });
    }
    throw error;
  }
}

async function edit(
  batch: Own,
  { message, digest, state }: Shown & { state: ThreadState },
  needs: MessageNeeds,
): Promise<boolean> {
  if (Date.now() - (state.editedMs ?? 0) < editEveryMs) return false;
  if (!(await needs.memory.spendEdit())) return false;
  try {
    await needs.clients.once.chat.update({
      channel: batch.drop.channel,
      ts: state.progressTs ?? '',
      text: message.text,
      blocks: [...message.blocks],
      metadata: buildMetadata(metadataType, batch.id),
    });
  } catch (error) {
    const failure = toSlackFailure(error);
    if (failure.kind !== 'refused' || !lost.has(failure.code)) throw error;
    await postMarked(batch, { message, digest }, needs);
    return true;
  }
  await needs.memory.writeThread(batch.id, { digest, editedMs: Date.now() });
  return true;
}
