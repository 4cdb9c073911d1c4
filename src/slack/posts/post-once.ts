// A message that stands in its place once, whatever Slack answers and wherever a process dies.
//
// nothing -> begun (marked) -> posted (noted). The mark is stored before the message is posted and gives way
// to its timestamp, so a mark that is found means a post of unknown outcome: the message is looked for, by its
// metadata, before anything is posted again.

import type { ChatPostMessageArguments } from '@slack/web-api';
import type { Clients } from '../clients.ts';
import { buildMetadata, findOwn, type Place, type Tag } from './own-message.ts';
import { post } from '../post.ts';
import { isClosedChannel, toSlackFailure } from '../slack-failure.ts';
import type { Message } from '../views/blocks.ts';

/** What Slack may still do so long after it was asked in vain, it has done by then or never will. Milliseconds. */
export const settlesMs = 10_000;

/** Stores when a post began; null: that none is under way. */
export type Mark = (begunMs: number | null) => Promise<void>;

export interface Posted {
  readonly channel: string;
  readonly ts: string;
  /** Of an earlier post, so that it may say something else. */
  readonly isFound: boolean;
}

export interface OnceTask {
  /** The channel's id; a person's would not do, to look there. */
  readonly place: Place;
  readonly message: Pick<Message, 'text'> & Partial<Message>;
  readonly tag: Tag;
  /** The mark that was found. Milliseconds since 1970. */
  readonly begunMs: number | undefined;
  readonly mark: Mark;
}

/** Resolves to where it stands, which is to be stored together with the mark's end; undefined while an earlier
 *  post may still arrive. Rejects with what the client threw. */
export async function postOnce(task: OnceTask, clients: Clients): Promise<Posted | undefined> {
  const { place, tag, begunMs } = task;
  const { channel, threadTs } = place;
  if (begunMs !== undefined) {
    if (!hasSettled(begunMs)) return undefined;
    const ts = await find(task, clients);
    if (ts !== undefined) return { channel, ts, isFound: true };
  }
  const { text, blocks = [] } = task.message;
  const message = {
    channel,
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    text,
    ...(blocks.length === 0 ? {} : { blocks: [...blocks] }),
    metadata: buildMetadata(tag),
  };
  return { ...(await postMarked(message, task.mark, clients)), isFound: false };
}

/** Nothing stands where Slack knows no place; a direct message may not have been opened. */
async function find({ place, tag }: OnceTask, { steady }: Clients): Promise<string | undefined> {
  try {
    return await findOwn(place, tag, steady);
  } catch (error) {
    if (!isClosedChannel(toSlackFailure(error))) throw error;
    return undefined;
  }
}

/** True when a post that began then, and of which nobody heard, stands there or never will. */
export function hasSettled(begunMs: number): boolean {
  return Date.now() - begunMs >= settlesMs;
}

/** Resolves to where it stands, the mark still there. Rejects with what the client threw, the mark there where it is
 *  not known whether the message was posted. */
export async function postMarked(
  message: ChatPostMessageArguments,
  mark: Mark,
  clients: Clients,
): Promise<{ readonly channel: string; readonly ts: string }> {
  await mark(Date.now());
  try {
    return await post(clients, message);
  } catch (error) {
    // From now on, not from the beginning: Slack may have been slow for as long as it was waited for.
    await mark(toSlackFailure(error).kind === 'unknown' ? Date.now() : null);
    throw error;
  }
}
