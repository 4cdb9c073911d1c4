// The reaction on the dropped message: decoration that shows from the channel how the batch stands.

import { hasEnded, type Batch } from '../../batch/batch.ts';
import type { Logger } from '../../logger.ts';
import type { Clients } from '../clients.ts';
import type { Desk } from '../desk.ts';
import { isTaken } from '../is-silent.ts';
import { toSlackFailure } from '../slack-failure.ts';
import type { ThreadMemory, ThreadState } from '../thread-memory.ts';

export type Reaction = 'eyes' | 'white_check_mark' | 'warning' | 'x' | 'octagonal_sign';

/** undefined where the message carries none: the file may not have been meant for Darkroom. */
export function toReaction(batch: Batch): Reaction | undefined {
  // The retry has one on the same message.
  if (batch.retriedAs !== undefined) return undefined;
  switch (batch.state) {
    case 'reading':
      return isTaken(batch) ? 'eyes' : undefined;
    case 'running':
    case 'paused':
    case 'finishing':
      return 'eyes';
    case 'cancelled':
      return 'octagonal_sign';
    case 'refused':
      return toRefusedReaction(batch);
    case 'done':
      return toDoneReaction(batch);
  }
}

function toRefusedReaction({ fault }: Batch): Reaction | undefined {
  return fault === undefined || fault.code === 'E_ALREADY_RUNNING' ? undefined : 'x';
}

function toDoneReaction({ counts }: Batch): Reaction {
  if (counts.failed === 0) return 'white_check_mark';
  return counts.done === 0 ? 'x' : 'warning';
}

export interface ReactionNeeds {
  readonly clients: Clients;
  readonly memory: Pick<ThreadMemory, 'writeThread'>;
  readonly desk: Pick<Desk, 'findByThread'>;
  readonly log: Logger;
}

/** Puts the reaction that the batch's state asks for in place of the earlier one; Slack's refusals do not matter. */
export async function showReaction(
  batch: Batch,
  shown: Pick<ThreadState, 'reaction'>,
  needs: ReactionNeeds,
): Promise<void> {
  const wanted = toReaction(batch);
  if (wanted === shown.reaction) return;
  const place = { channel: batch.drop.channel, timestamp: batch.drop.messageTs };
  const { reactions } = needs.clients.once;
  if (wanted !== undefined) await attempt(() => reactions.add({ ...place, name: wanted }), needs);
  const old = shown.reaction;
  if (old !== undefined && !(await isSharedEyes(batch, old, needs.desk))) {
    await attempt(() => reactions.remove({ ...place, name: old }), needs);
  }
  await needs.memory.writeThread(batch.id, { reaction: wanted ?? null });
}

/** A message with several files has one pair of eyes, until the last of its batches has ended. */
async function isSharedEyes(
  { id, drop }: Batch,
  reaction: string,
  desk: Pick<Desk, 'findByThread'>,
): Promise<boolean> {
  if (reaction !== 'eyes') return false;
  const { team, channel, threadTs, messageTs } = drop;
  const others = await desk.findByThread({ team, channel, threadTs });
  return others.some(
    (other) => other.id !== id && other.drop.messageTs === messageTs && !hasEnded(other),
  );
}

async function attempt(call: () => Promise<unknown>, { log }: ReactionNeeds): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (toSlackFailure(error).kind !== 'refused') throw error;
    log.debug({ err: error }, 'Slack refused a reaction');
  }
}
