// The operators' word on a large batch. Their message changes by itself; a press that does nothing is
// explained to the person who pressed.

import type { AllMiddlewareArgs, BlockAction, SlackActionMiddlewareArgs } from '@slack/bolt';
import { toFault } from '../../errors.ts';
import { approveBatch, declineBatch } from '../commands/control-batch.ts';
import type { Conversation } from '../conversation.ts';
import { toOneLine } from '../escape.ts';
import { isOperator } from '../rights.ts';
import { toFaultMessage } from '../to-message.ts';
import { explain, press } from './pressed.ts';

type Args = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs;

export function onApprove(conversation: Conversation): (args: Args) => Promise<void> {
  return onVerdict(approveBatch, conversation);
}

export function onDecline(conversation: Conversation): (args: Args) => Promise<void> {
  return onVerdict(declineBatch, conversation);
}

function onVerdict(
  decide: typeof approveBatch,
  conversation: Conversation,
): (args: Args) => Promise<void> {
  return async ({ ack, action, body }) => {
    await ack();
    const id = action.type === 'button' ? (action.value ?? '') : '';
    const { rules, people } = conversation;
    const user = body.user.id;
    // Before anything is looked up: whoever sees the button, wherever, is told the same.
    if (!isOperator(user, rules)) {
      const fault = toFault('E_NOT_OPERATOR', { id: toOneLine(id, 12) });
      return explain(toFaultMessage(fault, await people.read(user)), body, conversation);
    }
    const done = await press(
      { id, body },
      (batch, by) => decide(batch, by, conversation),
      conversation,
    );
    if ('problem' in done) await explain(done.problem, body, conversation);
  };
}
