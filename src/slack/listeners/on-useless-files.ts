// Files that are no tables: a sentence, once, where Darkroom was asked to look at them.

import { toFault } from '../../errors.ts';
import { toFaultMessage } from '../answer-command.ts';
import type { Conversation } from '../conversation.ts';
import { toOneLine } from '../escape.ts';
import { reply } from '../reply.ts';
import { hasTable, isAddressed, isFromPerson, parseMessage, type Said } from '../to-drops.ts';

interface Args {
  readonly event: unknown;
  readonly body: { readonly team_id: string };
}

export function onUselessFiles(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ event, body }) => {
    const said = toUseless(event, conversation.identity.botUser);
    if (said === undefined) return;
    const { channel, ts, user, files } = said;
    if (!(await conversation.memory.claimOnce(`useless:${body.team_id}:${channel}:${ts}`))) return;
    const person = await conversation.people.read(user);
    const name = toOneLine(files?.[0]?.name ?? '', 80);
    const message = toFaultMessage(toFault('E_FILE_NOT_TABLE', { name }), person);
    await reply(message, said, { clients: conversation.clients, audience: 'thread' });
  };
}

function toUseless(event: unknown, botUser: string): Said | undefined {
  const message = parseMessage(event);
  if (message === undefined || !isFromPerson(message)) return undefined;
  const hasFiles = (message.files ?? []).length > 0;
  return hasFiles && !hasTable(message) && isAddressed(message, botUser) ? message : undefined;
}
