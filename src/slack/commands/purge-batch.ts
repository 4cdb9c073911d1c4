// Deleting a batch before its time: what Darkroom posted about it in Slack, then what it keeps in Redis.
// In this order, because only Redis knows what was posted; where it breaks off, it can be asked for again.
// Meanwhile no process speaks for the batch: what one posted or edited then would stay.

import { randomUUID } from 'node:crypto';
import { hasEnded, type Batch } from '../../batch/batch.ts';
import { toFault, type Fault } from '../../errors.ts';
import { audit } from '../../logger.ts';
import type { Conversation } from '../conversation.ts';
import { toFileIds } from '../posts/deliver-so-far.ts';
import { claimTtlMs, holdClaim } from '../hold-claim.ts';
import { pause } from '../pause.ts';
import { mayControl } from '../rights.ts';
import { findSaid } from '../posts/say-once.ts';
import { toSlackFailure } from '../slack-failure.ts';
import { toMessage } from '../to-message.ts';
import { wordsOf } from '../words/words-of.ts';

type Needs = Pick<Conversation, 'clients' | 'desk' | 'memory' | 'rules' | 'log'>;

/** Why this person cannot have it deleted, or not yet; undefined where nothing stands against it. */
export function findPurgeFault(
  batch: Batch,
  by: string,
  { rules }: Pick<Conversation, 'rules'>,
): Fault | undefined {
  const { id } = batch;
  if (!mayControl(batch, by, rules)) return toFault('E_NOT_YOURS', { id });
  return hasEnded(batch) ? undefined : toFault('E_PURGE_ACTIVE', { id });
}

/** `kept`: Slack did not let some of the messages or files go. Rejects on outages; asking again goes on. */
export async function purgeBatch(
  batch: Batch,
  by: string,
  needs: Needs,
): Promise<{ readonly kept: boolean } | Fault> {
  const fault = findPurgeFault(batch, by, needs);
  if (fault !== undefined) return fault;
  const { id, retriedAs } = batch;
  const { memory } = needs;
  await memory.settle(id, retriedAs);
  try {
    const as = `purge-${randomUUID()}`;
    await claimAlone(id, as, needs);
    using _ = holdClaim(id, needs, as);
    return await purgeAlone(batch, by, needs);
  } catch (error) {
    await memory.open(id);
    throw error;
  }
}

const claimWithinMs = 30_000;
const claimEveryMs = 250;

/** Nobody begins to speak for a batch that is settled; whoever does has the right for some seconds more. */
async function claimAlone(id: string, as: string, { memory }: Needs): Promise<void> {
  const signal = AbortSignal.timeout(claimWithinMs);
  while (!(await memory.claimSpeaker(id, claimTtlMs, as))) await pause(claimEveryMs, signal);
}

async function purgeAlone(
  batch: Batch,
  by: string,
  needs: Needs,
): Promise<{ readonly kept: boolean } | Fault> {
  const { id } = batch;
  const isGone = await removeFromSlack(batch, by, needs);
  const result = await needs.desk.purge(id);
  if (result === 'active') return toFault('E_PURGE_ACTIVE', { id });
  // `unknown`: it is gone by now, by this call where its reply was lost and it was sent again.
  audit(needs.log, { event: 'purge', batch, by });
  return { kept: !isGone };
}

/** False where something of it is left in Slack. */
async function removeFromSlack(batch: Batch, by: string, needs: Needs): Promise<boolean> {
  const { steady } = needs.clients;
  const [upload, soFar, thread] = await Promise.all([
    needs.memory.readUpload(batch.id),
    needs.memory.readSoFar(batch.id),
    needs.memory.readThread(batch.id),
  ]);
  const results: boolean[] = [];
  const attempt = async (call: () => Promise<unknown>): Promise<void> => {
    results.push(await isDone(call, needs));
  };
  const uploads = [upload, soFar].filter((record) => record !== undefined);
  const known = [...uploads.flatMap(toFileIds), ...(soFar?.earlier ?? [])];
  const places = await Promise.all(known.map((file) => findPlaces(file, needs)));
  for (const file of known) await attempt(() => steady.files.delete({ file }));
  // The files of a batch came in one message; their text holds the first answers.
  const messages = new Map(places.flat().map((place) => [`${place.channel}/${place.ts}`, place]));
  for (const place of messages.values()) await attempt(() => steady.chat.delete(place));
  const { progressTs: ts, approval } = thread;
  if (ts !== undefined) {
    const { text, blocks } = toMessage(
      wordsOf(batch.language).control.purgedNotice(batch.id, `<@${by}>`),
    );
    const { channel } = batch.drop;
    await attempt(() => steady.chat.update({ channel, ts, text, blocks: [...blocks] }));
  }
  const said = [...(approval === undefined ? [] : [approval]), ...findSaid(thread)];
  for (const { channel, ts: stands } of said) {
    await attempt(() => steady.chat.delete({ channel, ts: stands }));
  }
  return results.every(Boolean);
}

interface Place {
  readonly channel: string;
  readonly ts: string;
}

/** The messages that carry a file; none where it is gone already. */
async function findPlaces(file: string, { clients }: Needs): Promise<readonly Place[]> {
  try {
    const { file: info } = await clients.steady.files.info({ file });
    const shares = { ...info?.shares?.public, ...info?.shares?.private };
    return Object.entries(shares).flatMap(([channel, posts]) =>
      posts.flatMap(({ ts }) => (ts === undefined ? [] : [{ channel, ts }])),
    );
  } catch (error) {
    if (toSlackFailure(error).kind !== 'refused') throw error;
    return [];
  }
}

const gone: ReadonlySet<string> = new Set(['file_not_found', 'file_deleted', 'message_not_found']);

async function isDone(call: () => Promise<unknown>, { log }: Needs): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    const failure = toSlackFailure(error);
    if (failure.kind !== 'refused') throw error;
    if (gone.has(failure.code)) return true;
    log.warn({ err: error }, 'Slack does not let go of something that is to be deleted');
    return false;
  }
}
