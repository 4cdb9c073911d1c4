// Darkroom's own messages about a batch, told from others by their metadata and found again after a crash.

import type {
  ConversationsHistoryResponse,
  ConversationsRepliesResponse,
  WebClient,
} from '@slack/web-api';
import { readPages } from '../read-pages.ts';

interface Metadata {
  readonly event_type: string;
  readonly event_payload: { readonly batch_id: string };
}

export interface Tag {
  /** What the message is for. */
  readonly type: string;
  readonly batchId: string;
}

/** A number and nothing else: every member and app of the workspace can read it. */
export function buildMetadata({ type, batchId }: Tag): Metadata {
  return { event_type: type, event_payload: { batch_id: batchId } };
}

export interface Place {
  readonly channel: string;
  /** Absent for the channel itself, where only messages since `oldest` are looked at. */
  readonly threadTs?: string;
  readonly oldest?: string;
}

/** A channel itself, to look for a message that was begun then; clocks of machines differ by seconds. */
export function toChannel(channel: string, begunMs: number | undefined): Place {
  if (begunMs === undefined) return { channel };
  return { channel, oldest: String(Math.floor(begunMs / 1000) - 60) };
}

const pageSize = 200;
const mostPages = 5;

/** The timestamp of the first such message, of at most 1,000. */
export async function findOwn(
  place: Place,
  tag: Tag,
  client: WebClient,
): Promise<string | undefined> {
  let looked = 0;
  for await (const { messages = [] } of readPages((cursor) => readPage(place, cursor, client))) {
    const own = messages.find(({ metadata }) => isOwn(metadata, tag));
    if (own?.ts !== undefined) return own.ts;
    looked += 1;
    if (looked === mostPages) break;
  }
  return undefined;
}

function readPage(
  { channel, threadTs, oldest }: Place,
  cursor: { readonly cursor?: string },
  { conversations }: WebClient,
): Promise<ConversationsHistoryResponse | ConversationsRepliesResponse> {
  const since = oldest === undefined ? {} : { oldest };
  const asked = { channel, include_all_metadata: true, limit: pageSize, ...since, ...cursor };
  return threadTs === undefined
    ? conversations.history(asked)
    : conversations.replies({ ...asked, ts: threadTs });
}

interface FoundMetadata {
  readonly event_type?: string;
  readonly event_payload?: object;
}

function isOwn(metadata: FoundMetadata | undefined, { type, batchId }: Tag): boolean {
  if (metadata?.event_type !== type || metadata.event_payload === undefined) return false;
  return Reflect.get(metadata.event_payload, 'batch_id') === batchId;
}
