// Buttons and menus that stop a batch. Old messages keep their buttons, so everything is checked again.

import type { AllMiddlewareArgs, BlockAction, SlackActionMiddlewareArgs } from '@slack/bolt';
import type { Fault } from '../../errors.ts';
import { toFault } from '../../errors.ts';
import { toFaultMessage, toMessage } from '../answer-command.ts';
import { cancelBatch } from '../cancel-batch.ts';
import type { Conversation } from '../conversation.ts';
import { toOneLine } from '../escape.ts';
import { buildTryAgain } from '../try-again.ts';
import type { Message } from '../views/blocks.ts';
import { wordsOf } from '../words/words-of.ts';

type Args = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs;

/** The Stop button: a press that does nothing is explained to the person who pressed; else the message changes. */
export function onStopButton(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ ack, action, body }) => {
    await ack();
    const id = action.type === 'button' ? (action.value ?? '') : '';
    const problem = await stop(id, body, conversation);
    if (problem === undefined) return;
    const thread = body.message?.['thread_ts'];
    await conversation.clients.once.chat.postEphemeral({
      channel: body.channel?.id ?? '',
      user: body.user.id,
      ...(typeof thread === 'string' ? { thread_ts: thread } : {}),
      text: problem.text,
      blocks: [...problem.blocks],
    });
  };
}

/** The menu of one's own batches; its message gives way to the answer. */
export function onChoice(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ ack, action, body, respond }) => {
    await ack();
    const id = action.type === 'static_select' ? action.selected_option.value : '';
    const problem = await stop(id, body, conversation);
    const { language } = await conversation.people.read(body.user.id);
    const { text, blocks } = problem ?? toMessage(wordsOf(language).batches.stopping(id));
    await respond({ replace_original: true, text, blocks: [...blocks] });
  };
}

async function stop(
  id: string,
  body: BlockAction,
  conversation: Conversation,
): Promise<Message | undefined> {
  const user = body.user.id;
  try {
    const fault = await cancelHere(id, body, conversation);
    return fault && toFaultMessage(fault, await conversation.people.read(user));
  } catch (error) {
    return buildTryAgain(error, user, conversation);
  }
}

async function cancelHere(
  id: string,
  { channel, user }: BlockAction,
  conversation: Conversation,
): Promise<Fault | undefined> {
  const batch = /^\d{1,12}$/.test(id) ? await conversation.desk.readBatch(id) : undefined;
  if (batch === undefined || batch.drop.channel !== channel?.id) {
    return toFault('E_BATCH_UNKNOWN', { id: toOneLine(id, 40) });
  }
  return cancelBatch(batch, user.id, conversation);
}
