// Commands and their answers, whichever way they came: typed after the slash, or said to Darkroom.

import { hasEnded, type Batch } from '../batch/batch.ts';
import { sentenceOf, toFault, type Fault } from '../errors.ts';
import { cancelBatch } from './cancel-batch.ts';
import type { Conversation } from './conversation.ts';
import { escapeMrkdwn } from './escape.ts';
import { isMember } from './is-member.ts';
import { isSilent } from './is-silent.ts';
import type { Person } from './people.ts';
import { readLink } from './read-link.ts';
import type { Command } from './verbs.ts';
import { buildChoice, buildList, buildStatus, type LinkedBatch } from './views/batches.ts';
import { buildSection, type Message } from './views/blocks.ts';
import { wordsOf } from './words/words-of.ts';

export interface Asker {
  readonly team: string;
  readonly channel: string;
  readonly user: string;
  /** The thread that the command was said in. */
  readonly threadTs?: string;
}

const listed = 10;

/** Builds a message of a sentence. */
export function toMessage(text: string): Message {
  return { text, blocks: [buildSection(text)] };
}

export function toFaultMessage(fault: Fault, person: Person): Message {
  return toMessage(escapeMrkdwn(sentenceOf(fault, person.language)));
}

/** Rejects while the store is away. */
export async function answerCommand(
  command: Command | Fault,
  asker: Asker,
  conversation: Conversation,
): Promise<Message> {
  const person = await conversation.people.read(asker.user);
  if ('code' in command) return toFaultMessage(command, person);
  switch (command.verb) {
    case 'help':
      return toMessage(wordsOf(person.language).help(conversation.slashCommand));
    case 'run':
      return toFaultMessage(toFault('E_NO_TABLE_HERE', {}), person);
    case 'list':
      return answerList(asker, person, conversation);
    case 'status':
      return answerStatus(command, { asker, person }, conversation);
    case 'cancel':
      return answerCancel(command, { asker, person }, conversation);
  }
}

interface Asked {
  readonly asker: Asker;
  readonly person: Person;
}

async function answerList(
  asker: Asker,
  person: Person,
  conversation: Conversation,
): Promise<Message> {
  const { team, channel } = asker;
  const batches = await conversation.desk.listBatches({ team, channel, limit: listed });
  const told = batches.filter((batch) => !isSilent(batch));
  if (told.length === 0 && !(await isMember(channel, conversation.clients))) {
    return toFaultMessage(toFault('E_NOT_IN_CHANNEL', {}), person);
  }
  return buildList(await readLinks(told, conversation), person.language);
}

function readLinks(
  batches: readonly Batch[],
  conversation: Conversation,
): Promise<readonly LinkedBatch[]> {
  return Promise.all(
    batches.map(async (batch) => ({ batch, link: await readLink(batch, conversation) })),
  );
}

async function answerStatus(
  command: Command,
  { asker, person }: Asked,
  conversation: Conversation,
): Promise<Message> {
  const found = await findBatches(command, asker, conversation);
  if ('code' in found) return toFaultMessage(found, person);
  if (found.length === 0) return toFaultMessage(toFault('E_NO_RUNNING_BATCH', {}), person);
  return buildStatus(await readLinks(found, conversation), person.language);
}

async function answerCancel(
  command: Command,
  { asker, person }: Asked,
  conversation: Conversation,
): Promise<Message> {
  const found = await findBatches(command, asker, conversation);
  if ('code' in found) return toFaultMessage(found, person);
  const [batch, ...others] = found;
  if (batch === undefined) return toFaultMessage(toFault('E_NO_RUNNING_BATCH', {}), person);
  if (others.length > 0) return buildChoice(found, person.language);
  const fault = await cancelBatch(batch, asker.user, conversation);
  if (fault !== undefined) return toFaultMessage(fault, person);
  const { stopping, stoppingUnread } = wordsOf(person.language).batches;
  return toMessage(batch.state === 'reading' ? stoppingUnread(batch.id) : stopping(batch.id));
}

/** The batch that is named; else the ones of the thread; else the person's own that are at work here. */
async function findBatches(
  { id }: Command,
  { team, channel, user, threadTs }: Asker,
  { desk }: Conversation,
): Promise<readonly Batch[] | Fault> {
  if (id !== undefined) {
    const batch = await desk.readBatch(id);
    const isHere = batch?.drop.team === team && batch.drop.channel === channel;
    return isHere && !isSilent(batch) ? [batch] : toFault('E_BATCH_UNKNOWN', { id });
  }
  if (threadTs !== undefined) {
    const inThread = await desk.findByThread({ team, channel, threadTs });
    const told = inThread.filter((batch) => !isSilent(batch));
    const active = told.filter((batch) => !hasEnded(batch));
    if (told.length === 0) return toFault('E_NO_BATCH_IN_THREAD', {});
    return active.length > 0 ? active : told.slice(0, 1);
  }
  return desk.listBatches({ team, channel, user, activeOnly: true, limit: listed });
}
