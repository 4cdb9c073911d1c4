// The slash command. Its answers are seen by the person who typed it alone.

import type { AllMiddlewareArgs, SlackCommandMiddlewareArgs } from '@slack/bolt';
import { answerCommand } from '../commands/answer-command.ts';
import type { Conversation } from '../conversation.ts';
import { soon } from '../soon.ts';
import { buildTryAgain } from '../try-again.ts';
import { parseCommand } from '../commands/verbs.ts';

type Args = SlackCommandMiddlewareArgs & AllMiddlewareArgs;

export function onCommand(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ command, ack }) => {
    const { team_id: team, channel_id: channel, user_id: user, text } = command;
    const asker = { team, channel, user };
    const answering = answerCommand(parseCommand(text), asker, conversation);
    const answer = await soon(answering.then(({ message }) => message)).catch(
      async (error: unknown) => buildTryAgain(error, user, conversation),
    );
    await ack({
      response_type: 'ephemeral',
      text: answer.text,
      blocks: [...answer.blocks],
    });
  };
}
