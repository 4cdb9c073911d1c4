// Files that no batch can be made of: a sentence, once, where Darkroom was asked to look at them.

import { toFileKind } from '../../batch/file-kind.ts';
import { toFault, type Fault } from '../../errors.ts';
import { toFaultMessage } from '../to-message.ts';
import type { Conversation } from '../conversation.ts';
import { toOneLine } from '../escape.ts';
import { reply } from '../reply.ts';
import { hasBatch, isAddressed, isFromPerson, parseMessage, type Said } from '../drops/to-drops.ts';

interface Args {
  readonly event: unknown;
}

export function onUselessFiles(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ event }) => {
    const { identity, memory } = conversation;
    const said = toUseless(event, identity.botUser);
    if (said === undefined) return;
    const { channel, ts, user, files } = said;
    if (!(await memory.claimOnce(`useless:${identity.team}:${channel}:${ts}`))) return;
    const person = await conversation.people.read(user);
    const message = toFaultMessage(toUselessFault(files?.[0]?.name ?? ''), person);
    await reply(message, said, { clients: conversation.clients, audience: 'thread' });
  };
}

/** Other archives can be packed again as a zip. */
function toUselessFault(name: string): Fault {
  if (toFileKind(name) !== 'unpackable') {
    return toFault('E_FILE_NOT_TABLE', { name: toOneLine(name, 80) });
  }
  const kind = name.slice(name.lastIndexOf('.') + 1).toUpperCase();
  return toFault('E_FILE_TYPE', { kind });
}

function toUseless(event: unknown, botUser: string): Said | undefined {
  const message = parseMessage(event);
  if (message === undefined || !isFromPerson(message)) return undefined;
  const hasFiles = (message.files ?? []).length > 0;
  return hasFiles && !hasBatch(message) && isAddressed(message, botUser) ? message : undefined;
}
