// The answer to the question whether a batch shall be deleted; the question gives way to what was done.

import type { AllMiddlewareArgs, BlockAction, SlackActionMiddlewareArgs } from '@slack/bolt';
import type { Conversation } from '../conversation.ts';
import { purgeBatch } from '../commands/purge-batch.ts';
import { toMessage } from '../to-message.ts';
import { wordsOf } from '../words/words-of.ts';
import { press } from './pressed.ts';

type Args = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs;

export function onPurge(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ ack, action, body, respond }) => {
    await ack();
    const id = action.type === 'button' ? (action.value ?? '') : '';
    const done = await press(
      { id, body },
      (batch, by) => purgeBatch(batch, by, conversation),
      conversation,
    );
    const { language } = await conversation.people.read(body.user.id);
    const { control } = wordsOf(language);
    const { text, blocks } =
      'problem' in done ? done.problem : toMessage(control.purged(id, done.result.kept));
    await respond({ replace_original: true, text, blocks: [...blocks] });
  };
}
