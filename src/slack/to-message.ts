// A sentence as a message.

import { sentenceOf, type Fault } from '../errors.ts';
import { escapeMrkdwn } from './escape.ts';
import type { Person } from './people.ts';
import { buildSection, type Message } from './views/blocks.ts';

/** `text` is mrkdwn. */
export function toMessage(text: string): Message {
  return { text, blocks: [buildSection(text)] };
}

export function toFaultMessage(fault: Fault, person: Pick<Person, 'language'>): Message {
  return toMessage(escapeMrkdwn(sentenceOf(fault, person.language)));
}
