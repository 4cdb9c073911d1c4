// Darkroom was invited into a channel: it says in three lines what it does, once. Where nobody may start a
// batch, it says that instead, and only to whoever invited it.

import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import { sentenceOf } from '../../errors.ts';
import { findRefusal } from '../drops/find-refusal.ts';
import { toMessage } from '../to-message.ts';
import type { Conversation } from '../conversation.ts';
import { post } from '../post.ts';
import { wordsOf } from '../words/words-of.ts';

type Args = SlackEventMiddlewareArgs<'member_joined_channel'> & AllMiddlewareArgs;

/** Others than this workspace's people read along. */
const outside: ReadonlySet<string> = new Set(['E_START_SHARED', 'E_START_STRANGER']);

/** In the language of the person who invited it. */
export function onJoined(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ event }) => {
    const { identity, memory, people, clients, slashCommand } = conversation;
    if (event.user !== identity.botUser) return;
    if (!(await memory.claimOnce(`welcome:${identity.team}:${event.channel}`))) return;
    const { channel, inviter = '' } = event;
    const { language } = await people.read(inviter);
    const refusal =
      inviter === '' ? undefined : await findRefusal({ user: inviter, channel }, conversation);
    if (refusal !== undefined && outside.has(refusal.code)) {
      const text = sentenceOf(refusal, language);
      await clients.once.chat.postEphemeral({ channel, user: inviter, text });
      return;
    }
    const { text, blocks } = toMessage(wordsOf(language).welcome(slashCommand));
    await post(clients, { channel, text, blocks: [...blocks] });
  };
}
