// The answer while Darkroom cannot look something up: the store is away, Slack does not answer, or a bug.

import { toFault } from '../errors.ts';
import { toFaultMessage } from './to-message.ts';
import type { Conversation } from './conversation.ts';
import type { Message } from './views/blocks.ts';

/** Logs the cause; the person reads that a minute may help. Never rejects. */
export async function buildTryAgain(
  error: unknown,
  user: string,
  { people, log }: Pick<Conversation, 'people' | 'log'>,
): Promise<Message> {
  log.error({ err: error }, 'a request of a person could not be answered');
  return toFaultMessage(toFault('E_TRY_AGAIN', {}), await people.read(user));
}
