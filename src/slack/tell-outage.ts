// What the operators' channel is told of an outage of the model servers.

import type { OutageNews } from '../batch/outage.ts';
import type { Rules } from '../config/rules.ts';
import type { Logger } from '../logger.ts';
import type { Clients } from './clients.ts';
import type { People } from './people.ts';
import { post } from './post.ts';
import { toSlackFailure } from './slack-failure.ts';
import { buildOutage } from './views/outage.ts';

export interface TellOutageNeeds {
  readonly clients: Clients;
  readonly people: Pick<People, 'read'>;
  readonly rules: Rules;
  readonly log: Logger;
}

/** Nothing where no channel is named. Rejects where it may be tried again; Slack's final no is logged. */
export async function tellOutage(news: OutageNews, needs: TellOutageNeeds): Promise<void> {
  const { clients, people, rules, log } = needs;
  const { opsChannel, operators } = rules;
  if (opsChannel === undefined) return;
  const [first] = operators;
  const language = first === undefined ? 'en' : (await people.read(first)).language;
  try {
    await post(clients, { channel: opsChannel, text: buildOutage(news, language) });
  } catch (error) {
    if (toSlackFailure(error).kind !== 'refused') throw error;
    log.warn({ err: error }, 'OPS_CHANNEL cannot be written to; nobody is told of an outage');
  }
}
