// What people say to Darkroom: by mentioning it, or in a direct message. Answered in the thread where it
// was said; what is wrong with a request is told to the person alone.

import { toFault, type Fault } from '../../errors.ts';
import { answerCommand } from '../commands/answer-command.ts';
import type { Conversation } from '../conversation.ts';
import type { Asker } from '../commands/find-batches.ts';
import { readMessage } from '../drops/read-message.ts';
import { reply } from '../reply.ts';
import {
  isDirect,
  isFromPerson,
  parseMessage,
  type Said,
  type SlackMessage,
} from '../drops/to-drops.ts';
import { toMentionRun } from '../drops/to-mention-run.ts';
import { buildTryAgain } from '../try-again.ts';
import { isInstruction, parseCommand, withoutMentions, type Command } from '../commands/verbs.ts';

interface Args {
  readonly event: unknown;
}

export function onMention(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ event }) => {
    const message = parseMessage(event);
    if (message !== undefined && isSaid(message)) await answer(message, conversation);
  };
}

export function onDirectMessage(conversation: Conversation): (args: Args) => Promise<void> {
  return async ({ event }) => {
    const message = parseMessage(event);
    if (message === undefined || !isSaid(message) || !isDirect(message)) return;
    await answer(message, conversation);
  };
}

/** False for what has files: those are told about as batches, or as files that are of no use. */
function isSaid(message: SlackMessage): message is Said {
  return isFromPerson(message) && (message.files ?? []).length === 0;
}

async function answer(said: Said, conversation: Conversation): Promise<void> {
  const { memory, identity } = conversation;
  const { team } = identity;
  try {
    if (!(await memory.claimOnce(`said:${team}:${said.channel}:${said.ts}`))) return;
    const request = await toRequest(said, team, conversation);
    if (request === undefined) return;
    const asker = toAsker(said, team);
    const { message, audience } = await answerCommand(request, asker, conversation);
    await reply(message, said, { clients: conversation.clients, audience });
  } catch (error) {
    const apology = await buildTryAgain(error, said.user, conversation);
    await reply(apology, said, { clients: conversation.clients, audience: 'person' });
  }
}

function toAsker({ channel, user, thread_ts: threadTs }: Said, team: string): Asker {
  return { team, channel, user, ...(threadTs == null ? {} : { threadTs }) };
}

/** What is to be answered; undefined where a batch was begun, which answers by itself. */
async function toRequest(
  said: Said,
  team: string,
  conversation: Conversation,
): Promise<Command | Fault | undefined> {
  const run = toMentionRun(said, team);
  const text = withoutMentions(said.text ?? '');
  if (run === undefined) {
    // A mention does not always carry the files of its message.
    if (await hasFiles(said, conversation)) return undefined;
    return isInstruction(text) ? toFault('E_NO_TABLE_HERE', {}) : parseCommand(text);
  }
  const { channel, ts: threadTs } = run.place;
  const batches = await conversation.desk.findByThread({ team, channel, threadTs });
  if (batches.some(({ drop }) => drop.key.startsWith(`${run.asking.key}:`))) return undefined;
  if (!run.bare) return toFault('E_NO_TABLE_HERE', {});
  return batches.length > 0 ? { verb: 'status', rest: '' } : { verb: 'help', rest: '' };
}

async function hasFiles(said: Said, { clients }: Conversation): Promise<boolean> {
  const { channel, ts, thread_ts: threadTs } = said;
  const place = { channel, ts, ...(threadTs == null ? {} : { threadTs }) };
  const message = await readMessage(clients.steady, place);
  return (message?.files ?? []).length > 0;
}
