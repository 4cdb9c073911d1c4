// One message of a channel or thread, as Slack has it now.

import type { WebClient } from '@slack/web-api';
import { parseMessage, type SlackMessage } from './to-drops.ts';

export interface MessagePlace {
  readonly channel: string;
  readonly ts: string;
  /** The thread that it stands in; absent for a message of the channel itself. */
  readonly threadTs?: string;
}

/** undefined where the message is gone. */
export async function readMessage(
  client: WebClient,
  { channel, ts, threadTs }: MessagePlace,
): Promise<SlackMessage | undefined> {
  const { messages = [] } = await client.conversations.replies({
    channel,
    ts: threadTs ?? ts,
    oldest: ts,
    latest: ts,
    inclusive: true,
    limit: 10,
  });
  const message = parseMessage(messages.find((one) => one.ts === ts));
  return message === undefined ? undefined : { ...message, channel };
}
