// Who may start a batch where: members of this workspace, in channels that are its own, unless the
// settings say otherwise.

import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { toFault, type Fault } from '../errors.ts';
import type { Conversation } from './conversation.ts';

/** undefined where the person may. Rejects while Slack does not tell who it is. */
export async function findRefusal(
  { user, channel }: { readonly user: string; readonly channel: string },
  { people, clients, rules }: Pick<Conversation, 'people' | 'clients' | 'rules'>,
): Promise<Fault | undefined> {
  if (rules.allowChannels.includes(channel)) return undefined;
  const { kind } = await people.identify(user);
  if (kind === 'stranger') return toFault('E_START_STRANGER', {});
  if (kind === 'guest' && !rules.allowGuests) return toFault('E_START_GUEST', {});
  const isShared = await isSharedOutside(channel, clients.steady);
  return isShared ? toFault('E_START_SHARED', {}) : undefined;
}

/** Slack does not show a private channel to those outside; nothing can be said or read there anyway. */
async function isSharedOutside(channel: string, client: WebClient): Promise<boolean> {
  try {
    const { channel: info } = await client.conversations.info({ channel });
    return info?.is_ext_shared === true;
  } catch (error) {
    const isGone = error instanceof WebAPIPlatformError && error.data.error === 'channel_not_found';
    if (!isGone) throw error;
    return false;
  }
}
