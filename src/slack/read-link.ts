// The address of a batch's thread, for people to follow.

import type { Batch } from '../batch/batch.ts';
import type { Logger } from '../logger.ts';
import type { Clients } from './clients.ts';

/** undefined where Slack does not tell, which is no reason not to answer. */
export async function readLink(
  { drop }: Pick<Batch, 'drop'>,
  { clients, log }: { readonly clients: Clients; readonly log: Logger },
): Promise<string | undefined> {
  try {
    const place = { channel: drop.channel, message_ts: drop.messageTs };
    return (await clients.once.chat.getPermalink(place)).permalink;
  } catch (error) {
    log.debug({ err: error }, 'Slack gave no link to a message');
    return undefined;
  }
}
