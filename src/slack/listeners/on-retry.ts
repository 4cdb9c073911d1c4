// The Retry button of a batch that has ended: its message changes by itself, and the retry speaks below. A press
// that does nothing is explained to the person who pressed.

import type { AllMiddlewareArgs, BlockAction, SlackActionMiddlewareArgs } from '@slack/bolt';
import { retryBatch } from '../commands/control-batch.ts';
import type { Conversation } from '../conversation.ts';
import { explain, press } from './pressed.ts';

type Args = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs;

export function onRetry(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ ack, action, body }) => {
    await ack();
    const id = action.type === 'button' ? (action.value ?? '') : '';
    const done = await press(
      { id, body },
      (batch, by) => retryBatch(batch, by, conversation),
      conversation,
    );
    if ('problem' in done) await explain(done.problem, body, conversation);
  };
}
