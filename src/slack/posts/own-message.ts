// Darkroom's own messages about a batch, told from others by their metadata and found again after a crash.

import type { WebClient } from '@slack/web-api';

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

/** The timestamp of the first such message, of at most 1,000. */
export async function findOwn(
  place: Place,
  tag: Tag,
  client: WebClient,
): Promise<string | undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < 5; page += 1) {
    const { messages, next } = await readPage(place, cursor, client);
    const own = messages.find(({ metadata }) => isOwn(metadata, tag));
    if (own?.ts !== undefined) return own.ts;
    if (next === undefined || next === '') return undefined;
    cursor = next;
  }
  return undefined;
}

interface Page {
  readonly messages: readonly {
    readonly ts?: string;
    readonly metadata?: { readonly event_type?: string; readonly event_payload?: object };
  }[];
  readonly next: string | undefined;
}

async function readPage(
  { channel, threadTs, oldest }: Place,
  cursor: string | undefined,
  client: WebClient,
): Promise<Page> {
  const common = {
    channel,
    include_all_metadata: true,
    limit: 200,
    ...(oldest === undefined ? {} : { oldest }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  const { messages = [], response_metadata: more } =
    threadTs === undefined
      ? await client.conversations.history(common)
      : await client.conversations.replies({ ...common, ts: threadTs });
  return { messages, next: more?.next_cursor };
}

function isOwn(metadata: Page['messages'][number]['metadata'], { type, batchId }: Tag): boolean {
  if (metadata?.event_type !== type || metadata.event_payload === undefined) return false;
  return Reflect.get(metadata.event_payload, 'batch_id') === batchId;
}
