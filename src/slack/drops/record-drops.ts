// Dropped files are stored before Slack hears that they arrived. Bolt acknowledges an event before its
// listeners run, so this stands in front of Bolt: where storing fails, nothing is acknowledged, and Slack
// sends the event again (at once, after one minute, after five).

import type { App, ReceiverEvent } from '@slack/bolt';
import { z } from 'zod';
import type { Drop } from '../../batch/batch.ts';
import type { Conversation } from '../conversation.ts';
import { readMessage } from './read-message.ts';
import { soon } from '../soon.ts';
import { isSilent } from '../is-silent.ts';
import { isDirect, isFromPerson, parseMessage, toAskedDrops, toDrops } from './to-drops.ts';
import { toMentionRun, type MentionRun } from './to-mention-run.ts';

const envelope = z.object({
  type: z.literal('event_callback'),
  event: z.object({ type: z.string() }).loose(),
});

/** Puts the recording in front of everything that Bolt does with an event. */
export function recordBeforeBolt(app: App, conversation: Conversation): void {
  const process = app.processEvent.bind(app);
  app.processEvent = async (event: ReceiverEvent) => {
    await soon(recordEvent(event.body, conversation));
    await process(event);
  };
}

/** Rejects where a drop could not be stored; the event must then not be acknowledged. */
async function recordEvent(body: unknown, conversation: Conversation): Promise<void> {
  const parsed = envelope.safeParse(body);
  if (!parsed.success) return;
  const { event } = parsed.data;
  if (event.type !== 'message' && event.type !== 'app_mention') return;
  const message = parseMessage(event);
  if (message === undefined || !isFromPerson(message)) return;
  // Not the event's team: in a shared channel that is the workspace of whoever said it.
  const { team, botUser } = conversation.identity;
  const drops = event.type === 'message' ? toDrops(message, team, botUser) : [];
  const isSaid = event.type === 'app_mention' || isDirect(message);
  const run = isSaid ? toMentionRun(message, team) : undefined;
  const asked = run === undefined ? [] : await toMentionedDrops(run, conversation);
  await recordDrops([...drops, ...asked], conversation);
}

/** A mention below a file: "@darkroom run". Mentions with a file of their own come as messages too. */
async function toMentionedDrops(
  { place, asking, bare }: MentionRun,
  { clients, desk }: Conversation,
): Promise<readonly Drop[]> {
  const { team, channel } = asking;
  if (bare) {
    const batches = await desk.findByThread({ team, channel, threadTs: place.ts });
    if (batches.some((batch) => !isSilent(batch))) return [];
  }
  const parent = await readMessage(clients.steady, place);
  return parent === undefined ? [] : toAskedDrops(parent, asking);
}

/** Stores the drops; their threads are looked after from then on. Idempotent: what Slack sends again tells nobody
 *  anything a second time. */
export async function recordDrops(
  drops: readonly Drop[],
  { desk, log, onRecorded }: Pick<Conversation, 'desk' | 'log' | 'onRecorded'>,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const drop of drops) {
    const { id, created } = await desk.recordDrop(drop);
    if (created) log.info({ batch: id, channel: drop.channel }, 'a file was dropped');
    ids.push(id);
  }
  if (ids.length > 0) onRecorded();
  return ids;
}
