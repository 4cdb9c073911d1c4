// The message that asks operators about a large batch: posted once, in their own channel or in the batch's
// thread, and edited when the batch is decided about. A post of unknown outcome is repeated: two messages
// that ask the same do no harm, for the first word counts.

import type { Batch } from '../batch/batch.ts';
import type { Rules } from '../config/rules.ts';
import type { Logger } from '../logger.ts';
import type { Clients } from './clients.ts';
import { toDigest } from './digest.ts';
import type { People } from './people.ts';
import { post } from './post.ts';
import { readLink } from './read-link.ts';
import { toSlackFailure } from './slack-failure.ts';
import type { ThreadMemory, ThreadState } from './thread-memory.ts';
import { buildApproval, isWaiting } from './views/approval.ts';
import type { Message } from './views/blocks.ts';

export interface ApprovalNeeds {
  readonly clients: Clients;
  readonly memory: Pick<ThreadMemory, 'writeThread' | 'spendEdit'>;
  readonly people: Pick<People, 'read'>;
  readonly rules: Rules;
  readonly log: Logger;
}

/** False where it has to wait for the next edit that is allowed. */
export async function showApproval(
  batch: Batch,
  { approval }: Pick<ThreadState, 'approval'>,
  needs: ApprovalNeeds,
): Promise<boolean> {
  if (approval === undefined) {
    if (isWaiting(batch)) await ask(batch, needs);
    return true;
  }
  const message = await build(batch, approval.channel, needs);
  const digest = toDigest(message);
  if (digest === approval.digest) return true;
  if (!(await needs.memory.spendEdit())) return false;
  await edit(approval, message, needs);
  await needs.memory.writeThread(batch.id, { approval: { ...approval, digest } });
  return true;
}

async function ask(batch: Batch, needs: ApprovalNeeds): Promise<void> {
  const { opsChannel } = needs.rules;
  const { channel, threadTs } = batch.drop;
  if (opsChannel !== undefined) {
    try {
      return await postIn({ channel: opsChannel }, batch, needs);
    } catch (error) {
      if (toSlackFailure(error).kind !== 'refused') throw error;
      needs.log.warn(
        { err: error },
        'OPS_CHANNEL cannot be written to; operators are asked elsewhere',
      );
    }
  }
  await postIn({ channel, thread_ts: threadTs }, batch, needs);
}

async function postIn(
  place: { readonly channel: string; readonly thread_ts?: string },
  batch: Batch,
  needs: ApprovalNeeds,
): Promise<void> {
  const message = await build(batch, place.channel, needs);
  const { text, blocks } = message;
  const posted = await post(needs.clients, { ...place, text, blocks: [...blocks] });
  const approval = { ...posted, digest: toDigest(message) };
  await needs.memory.writeThread(batch.id, { approval });
}

/** In the operators' channel in the language of the first of them, with the way to the batch. */
async function build(batch: Batch, channel: string, needs: ApprovalNeeds): Promise<Message> {
  const { operators, opsChannel } = needs.rules;
  if (channel !== opsChannel) return buildApproval(batch, { language: batch.language, operators });
  const { language } = await needs.people.read(operators[0] ?? batch.drop.user);
  return buildApproval(batch, { language, operators, link: await readLink(batch, needs) });
}

async function edit(
  { channel, ts }: { readonly channel: string; readonly ts: string },
  { text, blocks }: Message,
  { clients, log }: ApprovalNeeds,
): Promise<void> {
  try {
    await clients.once.chat.update({ channel, ts, text, blocks: [...blocks] });
  } catch (error) {
    // Somebody deleted it, or Darkroom is there no longer: nothing is left to keep up to date.
    if (toSlackFailure(error).kind !== 'refused') throw error;
    log.warn({ err: error }, 'a message to the operators could not be brought up to date');
  }
}
