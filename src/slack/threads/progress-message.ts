// The one message in a batch's thread: posted once, found again after a crash, edited in place.

import type { Batch } from '../../batch/batch.ts';
import type { Clients } from '../clients.ts';
import { toDigest } from './digest.ts';
import { buildMetadata } from '../posts/own-message.ts';
import { postOnce, settlesMs } from '../posts/post-once.ts';
import { toSlackFailure } from '../slack-failure.ts';
import type { ThreadMemory, ThreadState } from '../thread-memory.ts';
import type { Message } from '../views/blocks.ts';

export interface MessageNeeds {
  readonly clients: Clients;
  readonly memory: Pick<ThreadMemory, 'readThread' | 'writeThread' | 'spendEdit'>;
}

/** Between two edits of one batch's message. */
const editEveryMs = 3_000;
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
  return postProgress(batch, { message, digest, state }, needs);
}

interface Shown {
  readonly message: Message;
  readonly digest: string;
  readonly state: ThreadState;
}

async function postProgress(
  { id, drop }: Own,
  { message, digest, state }: Shown,
  { clients, memory }: MessageNeeds,
): Promise<boolean> {
  const { channel, threadTs } = drop;
  const posted = await postOnce(
    {
      place: { channel, threadTs },
      message,
      tag: { type: metadataType, batchId: id },
      begunMs: state.postingSinceMs,
      mark: (postingSinceMs) => memory.writeThread(id, { postingSinceMs, progressTs: null }),
    },
    clients,
  );
  if (posted === undefined) return false;
  const { ts: progressTs, isFound } = posted;
  // What was found may show what was true before; the next turn brings it up to date.
  const shown = isFound ? { digest: null } : { digest, editedMs: Date.now() };
  await memory.writeThread(id, { progressTs, ...shown, postingSinceMs: null });
  return !isFound;
}

async function edit(
  batch: Own,
  { message, digest, state }: Shown,
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
      metadata: buildMetadata({ type: metadataType, batchId: batch.id }),
    });
  } catch (error) {
    const failure = toSlackFailure(error);
    if (failure.kind === 'unknown') {
      // It may still come to pass: an edit before then could be overtaken by it, the last one too.
      const editedMs = Date.now() + settlesMs - editEveryMs;
      await needs.memory.writeThread(batch.id, { digest: null, editedMs });
    }
    if (failure.kind !== 'refused' || !lost.has(failure.code)) throw error;
    return postProgress(batch, { message, digest, state: {} }, needs);
  }
  await needs.memory.writeThread(batch.id, { digest, editedMs: Date.now() });
  return true;
}
