// Who may start a batch where: members of this workspace, in channels that are its own, unless the
// settings say otherwise.

import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { toFault, type Fault } from '../../errors.ts';
import type { Conversation } from '../conversation.ts';
import { isTokenRefused, toReason, toSlackFailure } from '../slack-failure.ts';

type Needs = Pick<Conversation, 'people' | 'clients' | 'rules' | 'log'>;

/** undefined where the person may. Where Slack will not tell, nobody may. Rejects while it cannot, or lets Darkroom in
 *  no longer. */
export async function findRefusal(asked: Asked, needs: Needs): Promise<Fault | undefined> {
  try {
    return await look(asked, needs);
  } catch (error) {
    const failure = toSlackFailure(error);
    if (failure.kind !== 'refused' || isTokenRefused(failure)) throw error;
    const reason = toReason(failure);
    needs.log.error(
      { err: error, channel: asked.channel },
      `Slack does not tell who may start a batch (${reason}): add what is missing under "OAuth & Permissions" and reinstall the app`,
    );
    return toFault('E_SLACK_RIGHTS', { reason });
  }
}

interface Asked {
  readonly user: string;
  readonly channel: string;
}

async function look(
  { user, channel }: Asked,
  { people, clients, rules }: Needs,
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
