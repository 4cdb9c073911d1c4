// Looks through the channels for drops whose events never came: Slack gives up sending after about five
// minutes, but keeps the messages.

import type { ConversationsHistoryResponse } from '@slack/web-api';
import type { Drop } from '../../batch/batch.ts';
import type { Conversation } from '../conversation.ts';
import { patiently } from '../patiently.ts';
import { pause } from '../pause.ts';
import { readPages } from '../read-pages.ts';
import { recordDrops } from './record-drops.ts';
import { isLockedOut, toSlackFailure } from '../slack-failure.ts';
import { parseMessage, toDrops } from './to-drops.ts';

/** Milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SweepNeeds extends Conversation {
  readonly signal: AbortSignal;
  /** Before each request for a channel's history: Slack allows about 50 a minute. */
  readonly paceMs: number;
}

type MessageElement = NonNullable<ConversationsHistoryResponse['messages']>[number];

interface Channel {
  readonly id: string;
  /** As events name it. */
  readonly type: 'im' | 'channel';
}

const pageSize = 200;
const triesOfACall = 4;
const retryAfterMs = 1_000;

/**
 * Takes the drops of that time in every channel that Darkroom is in, as if their events had come now. Those that
 * were taken before stay what they are. Messages in threads are not in a channel's history: files and mentions
 * there are not seen, and commands are not answered late. Rejects where Slack or the store does not answer; what
 * was taken until then stays. Channels that Slack refuses are passed over.
 */
export async function sweep(span: Span, needs: SweepNeeds): Promise<void> {
  for (const channel of await listChannels(needs)) {
    await recordDrops(await findIn(channel, span, needs), needs);
  }
}

async function listChannels(needs: SweepNeeds): Promise<readonly Channel[]> {
  const { users } = needs.clients.once;
  const types = 'public_channel,private_channel,mpim,im';
  const asked = { types, exclude_archived: true, limit: pageSize };
  const pages = readPages((cursor) =>
    call(() => users.conversations({ ...asked, ...cursor }), needs),
  );
  const found: Channel[] = [];
  for await (const { channels = [] } of pages) {
    for (const { id, is_im: isIm } of channels) {
      if (id !== undefined) found.push({ id, type: isIm === true ? 'im' : 'channel' });
    }
  }
  return found;
}

async function findIn(channel: Channel, span: Span, needs: SweepNeeds): Promise<readonly Drop[]> {
  try {
    return await readHistory(channel, span, needs);
  } catch (error) {
    const failure = toSlackFailure(error);
    if (failure.kind !== 'refused' || isLockedOut(failure)) throw error;
    const about = { channel: channel.id, code: failure.code };
    needs.log.warn(about, 'Slack does not show a channel: drops missed there are not looked for');
    return [];
  }
}

/** Oldest first. */
async function readHistory(
  channel: Channel,
  span: Span,
  needs: SweepNeeds,
): Promise<readonly Drop[]> {
  const { team, botUser } = needs.identity;
  const messages = await readMessages(channel, span, needs);
  const sorted = messages.toSorted((one, other) => Number(one.ts) - Number(other.ts));
  const joined = sorted.findLastIndex(({ subtype, user }) => isJoin(subtype) && user === botUser);
  const found: Drop[] = [];
  // What stood there before it was invited is none of its business.
  for (const one of sorted.slice(joined + 1)) {
    const message = parseMessage({ ...one, channel: channel.id, channel_type: channel.type });
    const drops = message === undefined ? [] : toDrops(message, team, botUser);
    if (!isReactedTo(one, botUser) || (await isTakenInPart(drops, needs))) found.push(...drops);
  }
  return found;
}

/** Those that carry files, and those that say who came. */
async function readMessages(
  { id: channel }: Channel,
  { fromMs, toMs }: Span,
  needs: SweepNeeds,
): Promise<readonly MessageElement[]> {
  const { conversations } = needs.clients.once;
  const range = { channel, oldest: toTs(fromMs), latest: toTs(toMs), limit: pageSize };
  const pages = readPages(async (cursor) => {
    await pause(needs.paceMs, needs.signal);
    return call(() => conversations.history({ ...range, ...cursor }), needs);
  });
  const found: MessageElement[] = [];
  for await (const { messages = [] } of pages) {
    found.push(...messages.filter(({ files, subtype }) => files !== undefined || isJoin(subtype)));
  }
  return found;
}

function isJoin(subtype: string | undefined): boolean {
  return subtype === 'channel_join' || subtype === 'group_join';
}

/** It was run already: by its event, from its menu, or by a mention below it. Tells that also where Redis has come
 *  back without knowing. */
function isReactedTo({ reactions = [] }: MessageElement, botUser: string): boolean {
  return reactions.some(({ users }) => users?.includes(botUser));
}

/** Whether a process that died took some of a message's drops and not the others. */
async function isTakenInPart(drops: readonly Drop[], { desk }: SweepNeeds): Promise<boolean> {
  if (drops.length < 2) return false;
  const known = await Promise.all(drops.map(({ key }) => desk.knowsDrop(key)));
  return known.includes(true);
}

function toTs(ms: number): string {
  return (ms / 1000).toFixed(6);
}

/** Makes a call, again after the wait that Slack asks for, and a few times where Slack has troubles of its own.
 *  By the client that waits for nothing: the other one would hold up everybody else's calls with its own. */
async function call<T>(request: () => Promise<T>, { signal }: SweepNeeds): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await patiently(request, (ms) => pause(Math.max(ms, retryAfterMs), signal));
    } catch (error) {
      if (toSlackFailure(error).kind !== 'unknown' || tried === triesOfACall) throw error;
      await pause(retryAfterMs, signal);
    }
  }
}
