// Whether Slack still lets Darkroom in, and gives it all rights that it was made for. A bot token that was revoked
// closes no socket: events go on coming, and only what Darkroom says is refused.

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

/** Those of manifest.yml. */
export const neededScopes = [
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'mpim:history',
  'mpim:read',
  'reactions:write',
  'users:read',
] as const;

/** Looks at once, and again every while. What is missing is logged when it is first seen. */
export function watchAccess({ client, log, everyMs = 60_000 }: AccessWatchNeeds): AccessWatch {
  let isLetIn = true;
  let missed = '';
  const noteScopes = (scopes: readonly string[] | undefined): void => {
    const missing = scopes === undefined ? [] : neededScopes.filter((one) => !scopes.includes(one));
    const before = missed;
    missed = missing.join(', ');
    if (missing.length === 0 || missed === before) return;
    const cure = 'add them under "OAuth & Permissions" and reinstall the app';
    log.error({ missing }, `Slack has not given Darkroom all permissions of manifest.yml: ${cure}`);
  };
  const look = async (): Promise<void> => {
    try {
      const { response_metadata: more } = await client.auth.test();
      noteScopes(more?.scopes);
      if (!isLetIn) log.info({}, 'Slack takes SLACK_BOT_TOKEN again');
      isLetIn = true;
    } catch (error) {
      if (!isLockedOut(toSlackFailure(error))) return;
      if (isLetIn) log.error({ err: error }, 'Slack no longer takes SLACK_BOT_TOKEN: replace it');
      isLetIn = false;
    }
  };
  void look();
  const timer = setInterval(() => void look(), everyMs).unref();
  return { isLetIn: () => isLetIn, [Symbol.dispose]: () => clearInterval(timer) };
}
