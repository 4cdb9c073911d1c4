// What the operators' channel is told of an outage of the model servers.

import type { OutageNews } from '../../batch/outage.ts';
import type { Rules } from '../../config/rules.ts';
import type { Logger } from '../../logger.ts';
import type { People } from '../people.ts';
import { toChannel } from './own-message.ts';
import { sayOnce, type SayNeeds } from './say-once.ts';
import { toSlackFailure } from '../slack-failure.ts';
import { buildOutage } from '../views/outage.ts';

export interface TellOutageNeeds extends SayNeeds {
  readonly people: Pick<People, 'read'>;
  readonly rules: Rules;
  readonly log: Logger;
}

/** Nothing where no channel is named. Rejects where it is to be tried again, which says nothing twice; Slack's
 *  final no is logged. */
export async function tellOutage(news: OutageNews, needs: TellOutageNeeds): Promise<void> {
  const { people, rules, log } = needs;
  const { opsChannel, operators } = rules;
  if (opsChannel === undefined) return;
  const [first] = operators;
  const language = first === undefined ? 'en' : (await people.read(first)).language;
  const note = {
    about: `outage-${news.sinceMs}`,
    what: `outage_${news.kind}`,
    text: buildOutage(news, language),
    place: (begunMs: number | undefined) => toChannel(opsChannel, begunMs),
  };
  try {
    const stand = await sayOnce(note, needs);
    if (stand === undefined) throw new Error('news of an outage may still arrive in OPS_CHANNEL');
  } catch (error) {
    if (toSlackFailure(error).kind !== 'refused') throw error;
    log.warn({ err: error }, 'OPS_CHANNEL cannot be written to; nobody is told of an outage');
  }
}
