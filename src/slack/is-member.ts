// Whether Darkroom can speak in a channel.

import { WebAPIPlatformError } from '@slack/web-api';
import type { Clients } from './clients.ts';

/** Slack does not even show a private channel to those outside. Rejects while Slack does not answer. */
export async function isMember(channel: string, { once }: Pick<Clients, 'once'>): Promise<boolean> {
  try {
    const { channel: info } = await once.conversations.info({ channel });
    return info?.is_im === true || info?.is_member === true;
  } catch (error) {
    if (error instanceof WebAPIPlatformError && error.data.error === 'channel_not_found') {
      return false;
    }
    throw error;
  }
}
