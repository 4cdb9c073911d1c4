// The message shortcut: runs a batch on the file of an older message.

import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { toFault } from '../../errors.ts';
import { toFaultMessage, toMessage } from '../to-message.ts';
import type { Conversation } from '../conversation.ts';
import { showText } from '../escape.ts';
import { findRefusal } from '../drops/find-refusal.ts';
import { isMember } from '../is-member.ts';
import { recordDrops } from '../drops/record-drops.ts';
import { soon } from '../soon.ts';
import { parseMessage, toAskedDrops } from '../drops/to-drops.ts';
import { buildTryAgain } from '../try-again.ts';
import type { Message } from '../views/blocks.ts';
import { toFileName } from '../views/file-name.ts';
import { wordsOf } from '../words/words-of.ts';

export const runShortcut = 'run_batch';

type Args = SlackShortcutMiddlewareArgs<MessageShortcut> & AllMiddlewareArgs;

/** Acknowledged only when the batch is stored; Slack sends no shortcut twice. */
export function onShortcut(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ shortcut, ack, respond }) => {
    const answer = await soon(run(shortcut, conversation)).catch(async (error: unknown) =>
      buildTryAgain(error, shortcut.user.id, conversation),
    );
    await ack();
    await respond({
      response_type: 'ephemeral',
      replace_original: false,
      text: answer.text,
      blocks: [...answer.blocks],
    });
  };
}

async function run(shortcut: MessageShortcut, conversation: Conversation): Promise<Message> {
  const user = shortcut.user.id;
  const channel = shortcut.channel.id;
  const person = await conversation.people.read(user);
  const message = parseMessage(shortcut.message);
  const key = `trigger:${shortcut.trigger_id}`;
  const team = shortcut.team?.id ?? conversation.identity.team;
  const drops = message === undefined ? [] : toAskedDrops(message, { team, channel, user, key });
  if (drops.length === 0) return toFaultMessage(toFault('E_NO_TABLE_HERE', {}), person);
  if (!(await isMember(channel, conversation.clients))) {
    return toFaultMessage(toFault('E_NOT_IN_CHANNEL', {}), person);
  }
  const refusal = await findRefusal({ user, channel }, conversation);
  if (refusal !== undefined) return toFaultMessage(refusal, person);
  await recordDrops(drops, conversation);
  const names = drops.map((drop) => showText(toFileName(drop, person.language))).join(', ');
  return toMessage(wordsOf(person.language).batches.started(names));
}
