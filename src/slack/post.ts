// A new message. Only the client that makes a single attempt may post.

import type { ChatPostMessageArguments } from '@slack/web-api';
import type { Clients } from './clients.ts';

/** Where the message went: a direct message's channel is not known before. Links in it stay small. */
export async function post(
  { once }: Pick<Clients, 'once'>,
  message: ChatPostMessageArguments,
): Promise<{ readonly channel: string; readonly ts: string }> {
  const { postMessage } = once.chat;
  const { channel, ts } = await postMessage({
    ...message,
    unfurl_links: false,
    unfurl_media: false,
  });
  if (channel === undefined || ts === undefined) {
    throw new Error('Slack did not say where it posted a message');
  }
  return { channel, ts };
}
