// Who Darkroom is in the workspace that its tokens belong to.

import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { SettingError } from '../errors.ts';
import { isLockedOut, toSlackFailure } from './slack-failure.ts';

export interface Identity {
  readonly team: string;
  readonly botUser: string;
  readonly botId: string;
}

/** Throws an Error fit for the log's last line where Slack does not accept the token: a SettingError where it never
 *  will. */
export async function readIdentity(client: WebClient): Promise<Identity> {
  try {
    const { team_id: team, user_id: botUser, bot_id: botId } = await client.auth.test();
    if (team === undefined || botUser === undefined || botId === undefined) {
      throw new SettingError(
        'SLACK_BOT_TOKEN is not the token of a bot; it should begin with xoxb-.',
      );
    }
    return { team, botUser, botId };
  } catch (error) {
    if (!(error instanceof WebAPIPlatformError)) throw error;
    throw refuse(
      `Slack does not accept SLACK_BOT_TOKEN (${error.data.error}). Copy it again from "OAuth & Permissions".`,
      error,
    );
  }
}

function refuse(message: string, cause: WebAPIPlatformError): Error {
  return isLockedOut(toSlackFailure(cause))
    ? new SettingError(message, { cause })
    : new Error(message, { cause });
}

/** Why Slack does not let the app in, fit for the log's last line. */
export function explainRefusedApp(error: unknown): unknown {
  if (!(error instanceof WebAPIPlatformError)) return error;
  return refuse(
    `Slack does not accept SLACK_APP_TOKEN (${error.data.error}). Copy it again from "App-Level Tokens"; it needs connections:write.`,
    error,
  );
}
