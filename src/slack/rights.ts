// Who may see which batch, and who may do what to it. A batch's number is no key to it: numbers can be
// guessed, and old messages keep their buttons.

import type { Batch } from '../batch/batch.ts';
import type { Rules } from '../config/rules.ts';

export function isOperator(user: string, { operators }: Pick<Rules, 'operators'>): boolean {
  return operators.includes(user);
}

/** The uploader their own, an operator any. */
export function mayControl(
  { drop }: Pick<Batch, 'drop'>,
  user: string,
  rules: Pick<Rules, 'operators'>,
): boolean {
  return drop.user === user || isOperator(user, rules);
}

/** Where a question about batches was asked, and by whom. */
export interface Place {
  readonly team: string;
  readonly channel: string;
  readonly user: string;
}

/** By what Slack's ids of direct messages begin with. */
export function isDirectChannel(channel: string): boolean {
  return channel.startsWith('D');
}

/** True where an operator may look at batches of every channel: in OPS_CHANNEL, and alone with Darkroom. */
export function seesAll({ channel, user }: Omit<Place, 'team'>, rules: Rules): boolean {
  const isAmongOperators = channel === rules.opsChannel || isDirectChannel(channel);
  return isAmongOperators && isOperator(user, rules);
}

/** In the channel that it belongs to, a batch can be talked about; elsewhere it does not exist. */
export function isShownIn(place: Place, { drop }: Pick<Batch, 'drop'>, rules: Rules): boolean {
  if (drop.team !== place.team) return false;
  return drop.channel === place.channel || seesAll(place, rules);
}
