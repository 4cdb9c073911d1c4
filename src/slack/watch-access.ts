// Whether Slack still lets Darkroom in. A bot token that was revoked closes no socket: events go on coming, and
// only what Darkroom says is refused.

import type { WebClient } from '@slack/web-api';
import type { Logger } from '../logger.ts';
import { isLockedOut, toSlackFailure } from './slack-failure.ts';

export interface AccessWatch extends Disposable {
  /** False from Slack's refusal of the token until it takes it again; its outages change nothing. */
  isLetIn(): boolean;
}

export interface AccessWatchNeeds {
  readonly client: WebClient;
  readonly log: Logger;
  /** Milliseconds; default one minute. */
  readonly everyMs?: number;
}

export function watchAccess({ client, log, everyMs = 60_000 }: AccessWatchNeeds): AccessWatch {
  let isLetIn = true;
  const look = async (): Promise<void> => {
    try {
      await client.auth.test();
      if (!isLetIn) log.info({}, 'Slack takes SLACK_BOT_TOKEN again');
      isLetIn = true;
    } catch (error) {
      if (!isLockedOut(toSlackFailure(error))) return;
      if (isLetIn) log.error({ err: error }, 'Slack no longer takes SLACK_BOT_TOKEN: replace it');
      isLetIn = false;
    }
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return { isLetIn: () => isLetIn, [Symbol.dispose]: () => clearInterval(timer) };
}
