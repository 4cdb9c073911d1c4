// That Darkroom was not there: when the file was dropped, or while its batch was under way.

import { hasEnded, type Batch } from '../../batch/batch.ts';
import type { Absence } from '../../batch/presence.ts';
import type { Words } from '../words/words.ts';
import { buildMoment } from './blocks.ts';

/** Slack sends an event that nobody took once more after five minutes, and then no more. */
const lateMs = 10 * 60_000;

/** A batch that a message asked for by itself, and that began long after it. One that was asked for from the
 *  message's menu or below it is not late, however old the message is. */
function isLate({ drop, createdMs }: Batch): boolean {
  const { key, team, channel, messageTs } = drop;
  return key.startsWith(`${team}:${channel}:${messageTs}:`) && createdMs - toMs(messageTs) > lateMs;
}

function toMs(ts: string): number {
  return Number(ts) * 1000;
}

/** One line at most, of the last time; none once it has ended. */
export function buildOffline(
  batch: Batch,
  absence: Absence | undefined,
  { progress }: Words,
): readonly string[] {
  if (hasEnded(batch)) return [];
  if (absence !== undefined && batch.createdMs < absence.fromMs) {
    return [progress.offline(buildMoment(absence.fromMs), buildMoment(absence.toMs))];
  }
  return isLate(batch) ? [progress.late(buildMoment(toMs(batch.drop.messageTs)))] : [];
}
