// Darkroom was invited into a channel: it says in three lines what it does, once.

import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import { toMessage } from '../to-message.ts';
import type { Conversation } from '../conversation.ts';
import { post } from '../post.ts';
import { wordsOf } from '../words/words-of.ts';

type Args = SlackEventMiddlewareArgs<'member_joined_channel'> & AllMiddlewareArgs;

/** In the language of the person who invited it. */
export function onJoined(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ event }) => {
    const { identity, memory, people, clients, slashCommand } = conversation;
    if (event.user !== identity.botUser) return;
    if (!(await memory.claimOnce(`welcome:${identity.team}:${event.channel}`))) return;
    const { language } = await people.read(event.inviter ?? '');
    const { text, blocks } = toMessage(wordsOf(language).welcome(slashCommand));
    await post(clients, { channel: event.channel, text, blocks: [...blocks] });
  };
}
