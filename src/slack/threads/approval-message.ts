// The message that asks operators about a large batch: posted once, in their own channel or in the batch's
// thread, and edited when the batch is decided about. As with the progress message a mark is stored before
// it is posted; a mark that is found means a post of unknown outcome, and the message is looked for.

import type { Batch } from '../../batch/batch.ts';
import type { Rules } from '../../config/rules.ts';
import type { Logger } from '../../logger.ts';
import type { Clients } from '../clients.ts';
import { toDigest } from './digest.ts';
import { buildMetadata, findOwn, toChannel, type Place } from '../posts/own-message.ts';
import type { People } from '../people.ts';
import { hasSettled, postMarked } from '../posts/post-once.ts';
import { readLink } from '../read-link.ts';
import { toSlackFailure } from '../slack-failure.ts';
import type { ThreadMemory, ThreadState } from '../thread-memory.ts';
import { buildApproval, isWaiting } from '../views/approval.ts';
import type { Message } from '../views/blocks.ts';

export interface ApprovalNeeds {
  readonly clients: Clients;
  readonly memory: Pick<ThreadMemory, 'writeThread' | 'spendEdit'>;
  readonly people: Pick<People, 'read'>;
  readonly rules: Rules;
  readonly log: Logger;
}

type Shown = Pick<ThreadState, 'approval' | 'askingSinceMs'>;

const metadataType = 'darkroom_approval';

/** False where it has to wait: for the next edit that is allowed, or for a post to settle. */
export async function showApproval(
  batch: Batch,
  { approval, askingSinceMs }: Shown,
  needs: ApprovalNeeds,
): Promise<boolean> {
  if (approval === undefined && askingSinceMs !== undefined) {
    if (hasSettled(askingSinceMs)) await adopt(batch, askingSinceMs, needs);
    return false;
  }
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

/** The next turn brings it up to date, or asks again. */
async function adopt(batch: Batch, sinceMs: number, needs: ApprovalNeeds): Promise<void> {
  const { opsChannel } = needs.rules;
  const { channel, threadTs } = batch.drop;
  const places: readonly Place[] = [
    ...(opsChannel === undefined ? [] : [toChannel(opsChannel, sinceMs)]),
    { channel, threadTs },
  ];
  for (const place of places) {
    const ts = await find(place, batch.id, needs);
    if (ts === undefined) continue;
    const approval = { channel: place.channel, ts, digest: '' };
    await needs.memory.writeThread(batch.id, { approval, askingSinceMs: null });
    return;
  }
  await needs.memory.writeThread(batch.id, { askingSinceMs: null });
}

/** undefined also where Darkroom may not look. */
async function find(
  place: Place,
  batchId: string,
  { clients }: ApprovalNeeds,
): Promise<string | undefined> {
  try {
    return await findOwn(place, { type: metadataType, batchId }, clients.steady);
  } catch (error) {
    if (toSlackFailure(error).kind !== 'refused') throw error;
    return undefined;
  }
}

async function ask(batch: Batch, needs: ApprovalNeeds): Promise<void> {
  const { opsChannel } = needs.rules;
  const { channel, threadTs } = batch.drop;
  if (opsChannel !== undefined) {
    try {
      await postIn({ channel: opsChannel }, batch, needs);
      return;
    } catch (error) {
      if (toSlackFailure(error).kind !== 'refused') throw error;
      const told = 'OPS_CHANNEL cannot be written to; operators are asked in the thread';
      needs.log.warn({ err: error }, told);
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
  const metadata = buildMetadata({ type: metadataType, batchId: batch.id });
  const posted = await postMarked(
    { ...place, text, blocks: [...blocks], metadata },
    (askingSinceMs) => needs.memory.writeThread(batch.id, { askingSinceMs }),
    needs.clients,
  );
  const approval = { ...posted, digest: toDigest(message) };
  await needs.memory.writeThread(batch.id, { approval, askingSinceMs: null });
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
