// Buttons and menus that stop a batch.

import type { AllMiddlewareArgs, BlockAction, SlackActionMiddlewareArgs } from '@slack/bolt';
import { cancelBatch } from '../commands/control-batch.ts';
import type { Conversation } from '../conversation.ts';
import { toMessage } from '../to-message.ts';
import { wordsOf } from '../words/words-of.ts';
import { explain, press } from './pressed.ts';

type Args = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs;

/** The Stop button: a press that does nothing is explained to the person who pressed; else the message changes. */
export function onStopButton(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ ack, action, body }) => {
    await ack();
    const id = action.type === 'button' ? (action.value ?? '') : '';
    const done = await press({ id, body }, stopper(conversation), conversation);
    if ('problem' in done) await explain(done.problem, body, conversation);
  };
}

/** The menu of one's own batches; its message gives way to the answer. */
export function onChoice(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ ack, action, body, respond }) => {
    await ack();
    const id = action.type === 'static_select' ? action.selected_option.value : '';
    const done = await press({ id, body }, stopper(conversation), conversation);
    const { language } = await conversation.people.read(body.user.id);
    const stopping = toMessage(wordsOf(language).batches.stopping(id));
    const { text, blocks } = 'problem' in done ? done.problem : stopping;
    await respond({ replace_original: true, text, blocks: [...blocks] });
  };
}

type Cancelled = ReturnType<typeof cancelBatch>;

function stopper(
  conversation: Conversation,
): (batch: Parameters<typeof cancelBatch>[0], by: string) => Cancelled {
  return (batch, by) => cancelBatch(batch, by, conversation);
}
