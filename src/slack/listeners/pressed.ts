// What a press on a button or a choice from a menu means: which batch, by whom, where. Old messages keep
// their buttons, so everything is looked up again.

import type { BlockAction } from '@slack/bolt';
import type { Batch } from '../../batch/batch.ts';
import { toFault, type Fault } from '../../errors.ts';
import type { Conversation } from '../conversation.ts';
import { toOneLine } from '../escape.ts';
import { findBatch } from '../commands/find-batches.ts';
import { toFaultMessage } from '../to-message.ts';
import { buildTryAgain } from '../try-again.ts';
import type { Message } from '../views/blocks.ts';

/** Done by a press to the batch that it names; a fault where it cannot be done. */
type Deed<Result> = (batch: Batch, by: string) => Promise<Result | Fault>;

/** What came of it, or what the person is told instead. */
export type Pressed<Result> = { readonly result: Result } | { readonly problem: Message };

/** Never rejects. */
export async function press<Result extends object | undefined>(
  pressed: { readonly id: string; readonly body: BlockAction },
  deed: Deed<Result>,
  conversation: Conversation,
): Promise<Pressed<Result>> {
  const { body } = pressed;
  const user = body.user.id;
  try {
    const batch = await findPressed(pressed, conversation);
    const result = 'code' in batch ? batch : await deed(batch, user);
    if (result === undefined || !('code' in result)) return { result };
    const fault: Fault = result;
    return { problem: toFaultMessage(fault, await conversation.people.read(user)) };
  } catch (error) {
    return { problem: await buildTryAgain(error, user, conversation) };
  }
}

async function findPressed(
  { id, body }: { readonly id: string; readonly body: BlockAction },
  conversation: Conversation,
): Promise<Batch | Fault> {
  if (!/^\d{1,12}$/.test(id)) return toFault('E_BATCH_UNKNOWN', { id: toOneLine(id, 40) });
  const team = conversation.identity.team;
  const place = { team, channel: body.channel?.id ?? '', user: body.user.id };
  return findBatch(id, place, conversation);
}

/** For the eyes of the person who pressed; beside the message that was pressed on. */
export async function explain(
  { text, blocks }: Message,
  body: BlockAction,
  { clients }: Pick<Conversation, 'clients'>,
): Promise<void> {
  const thread = body.message?.['thread_ts'];
  await clients.once.chat.postEphemeral({
    channel: body.channel?.id ?? '',
    user: body.user.id,
    ...(typeof thread === 'string' ? { thread_ts: thread } : {}),
    text,
    blocks: [...blocks],
  });
}
