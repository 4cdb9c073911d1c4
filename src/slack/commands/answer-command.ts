// Commands and their answers, whichever way they came: typed after the slash, or said to Darkroom.

import type { Batch } from '../../batch/batch.ts';
import { toFault, type Fault } from '../../errors.ts';
import { answerControl } from './answer-control.ts';
import type { Conversation } from '../conversation.ts';
import { findBatches, listed, type Asker } from './find-batches.ts';
import { isMember } from '../is-member.ts';
import { isSilent } from '../is-silent.ts';
import type { Person } from '../people.ts';
import { readLink } from '../read-link.ts';
import { seesAll } from '../rights.ts';
import { toFaultMessage, toMessage } from '../to-message.ts';
import type { Command } from './verbs.ts';
import { buildList, buildStatus, type LinkedBatch } from '../views/batches.ts';
import type { Message } from '../views/blocks.ts';
import { wordsOf } from '../words/words-of.ts';

/** What is answered, and whom it concerns: what cannot be done concerns whoever asked for it. */
export interface Answer {
  readonly message: Message;
  readonly audience: 'person' | 'thread';
}

/** Rejects while the store is away. */
export async function answerCommand(
  command: Command | Fault,
  asker: Asker,
  conversation: Conversation,
): Promise<Answer> {
  const person = await conversation.people.read(asker.user);
  const answered =
    'code' in command ? command : await answer(command, { asker, person }, conversation);
  if ('code' in answered) return { message: toFaultMessage(answered, person), audience: 'person' };
  if ('audience' in answered) return answered;
  // What an operator sees of other channels is for nobody else's eyes.
  const audience = seesAll(asker, conversation.rules) ? 'person' : 'thread';
  return { message: answered, audience };
}

export interface Asked {
  readonly asker: Asker;
  readonly person: Person;
}

async function answer(
  command: Command,
  asked: Asked,
  conversation: Conversation,
): Promise<Answer | Message | Fault> {
  switch (command.verb) {
    case 'help':
      return toMessage(wordsOf(asked.person.language).help(conversation.slashCommand));
    case 'run':
      return toFault('E_NO_TABLE_HERE', {});
    case 'list':
      return answerList(asked, conversation);
    case 'status':
      return answerStatus(command, asked, conversation);
    case 'cancel':
    case 'pause':
    case 'resume':
    case 'purge':
      return answerControl({ ...command, verb: command.verb }, asked, conversation);
  }
}

async function answerList(
  { asker, person }: Asked,
  conversation: Conversation,
): Promise<Message | Fault> {
  const { team, channel } = asker;
  const { desk, rules, clients } = conversation;
  const place = seesAll(asker, rules) ? { team } : { team, channel };
  const batches = await desk.listBatches({ ...place, limit: listed });
  const told = batches.filter((batch) => !isSilent(batch));
  if (told.length === 0 && !(await isMember(channel, clients))) {
    return toFault('E_NOT_IN_CHANNEL', {});
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
): Promise<Message | Fault> {
  const found = await findBatches(command, asker, conversation);
  if ('code' in found) return found;
  if (found.length === 0) return toFault('E_NO_RUNNING_BATCH', {});
  return buildStatus(await readLinks(found, conversation), person.language);
}
