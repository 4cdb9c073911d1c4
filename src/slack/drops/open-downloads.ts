// The dropped files alone, for a process that holds no conversation.

import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import type { SlackAccess } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import { createClients } from '../clients.ts';
import type { Slack } from '../create-slack.ts';
import { downloadFile } from './download.ts';
import { readIdentity } from '../identity.ts';

const outages = [WebAPIRequestError, WebAPIHTTPError, WebAPIRateLimitedError];

/** Rejects where Slack does not accept the token; where it is away only rows of dropped files wait for it. */
export async function openDownloads(
  { botToken: token, apiUrl }: SlackAccess,
  log: Logger,
): Promise<Slack['download']> {
  const { steady: client, once } = createClients(token, log, apiUrl);
  await readIdentity(once).catch((error: unknown) => {
    if (!outages.some((outage) => error instanceof outage)) throw error;
    log.warn({ err: error }, 'Slack does not say whether it accepts the token');
  });
  return (file, target) => downloadFile({ file, ...target }, { client, token, apiUrl });
}
