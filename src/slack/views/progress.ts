// The one message in the thread that is edited while a batch is worked on.

import { hasEnded, isHeld, isStuck, type Batch, type Pause } from '../../batch/batch.ts';
import type { Absence } from '../../batch/presence.ts';
import { formatDuration } from '../../batch/progress.ts';
import { showText } from '../escape.ts';
import type { Words } from '../words/words.ts';
import { wordsOf } from '../words/words-of.ts';
import {
  buildContext,
  buildSection,
  buildTime,
  cutMrkdwn,
  type Block,
  type Message,
} from './blocks.ts';
import { toFileName } from './file-name.ts';
import { buildFailures } from './failures.ts';
import { buildOffline } from './offline.ts';
import { buildRetryButton } from './retry-button.ts';
import { buildStopButton } from './stop-button.ts';
import { buildUnderstood } from './understood.ts';

/** A file's name as it stands in a sentence. */
export function showFileName({
  id,
  drop,
  language,
}: Pick<Batch, 'id' | 'drop' | 'language'>): string {
  return showText(toFileName(drop, language), 60) || `#${id}`;
}

function buildTitle(batch: Batch, words: Words): string {
  const name = showFileName(batch);
  switch (batch.state) {
    case 'reading':
      return words.progress.reading(name);
    case 'running':
      return words.progress.working(name);
    case 'paused':
      return isHeld(batch) ? words.progress.held(name) : words.progress.waiting(name);
    case 'finishing':
      return buildLastTitle(batch, name, words);
    case 'cancelled':
      return words.progress.stopped(name);
    case 'done':
    case 'refused':
      return words.progress.done(name);
  }
}

/** While the results are written, where there are any: of a declined batch nothing was worked on. */
function buildLastTitle(batch: Batch, name: string, { progress }: Words): string {
  if (batch.declinedBy !== undefined) return progress.stopped(name);
  return batch.diskFullMs === undefined ? progress.writing(name) : progress.waiting(name);
}

function buildTally(batch: Batch, secondsLeft: number | undefined, words: Words): string {
  return words.progress.tally(batch.counts, buildTimeLeft(batch, secondsLeft, words));
}

function buildTimeLeft(
  { state, counts, language }: Batch,
  secondsLeft: number | undefined,
  words: Words,
): string | undefined {
  if (state !== 'running') return undefined;
  if (secondsLeft !== undefined) {
    return words.progress.timeLeft(formatDuration(secondsLeft, language));
  }
  return counts.done === 0 ? words.progress.timeUnknown() : undefined;
}

/** undefined where no row was served from the cache. */
export function buildCached({ sums, language }: Batch): string | undefined {
  return sums.cachedRows > 0 ? wordsOf(language).progress.cached(sums.cachedRows) : undefined;
}

function canStop({ state, cancelledBy }: Batch): boolean {
  const active = state === 'reading' || state === 'running' || state === 'paused';
  return active && cancelledBy === undefined;
}

/** The batch whose rows these are once more, and the one that has these once more. */
function buildRetries({ drop, retriedAs, retriedBy }: Batch, { control }: Words): string[] {
  return [
    ...(drop.retryOf === undefined ? [] : [control.retryOf(drop.retryOf.id)]),
    ...(retriedAs === undefined ? [] : [control.retried(retriedAs, `<@${retriedBy ?? ''}>`)]),
  ];
}

/** What is no fault of anybody but ours. */
function buildMishap(batch: Batch, { control }: Words): string | undefined {
  const { id, state, stuckMs, recheckedRows } = batch;
  if (stuckMs !== undefined && isStuck(batch)) return control.stuck(id, buildTime(stuckMs));
  if (stuckMs !== undefined && state === 'cancelled') return control.unwritten();
  const isAtWork = state === 'running' || state === 'paused';
  return isAtWork && recheckedRows !== undefined ? control.rechecking(recheckedRows) : undefined;
}

/** What holds it up, and what an operator has said. */
function buildHeld(batch: Batch, words: Words): readonly string[] {
  const { pause, approvedBy, declinedBy } = batch;
  const hours = batch.fault?.params['hours'];
  const lines: string[] = [];
  if (approvedBy !== undefined) lines.push(words.progress.approved(`<@${approvedBy}>`));
  if (declinedBy !== undefined) lines.push(words.progress.declined(`<@${declinedBy}>`));
  if (hours !== undefined) lines.push(words.progress.gaveUp(String(hours)));
  if (batch.state === 'paused' && pause !== undefined) {
    lines.push(buildPause(pause, words));
  }
  if (batch.diskFullMs !== undefined && !hasEnded(batch)) {
    lines.push(words.control.diskFull(buildTime(batch.diskFullMs)));
  }
  return lines;
}

function buildPause({ reason, sinceMs, by: user, fault }: Pause, words: Words): string {
  const by = user === undefined ? undefined : `<@${user}>`;
  const said = showText(String(fault?.params['reason'] ?? ''), 200);
  return words.progress.paused({ reason, since: buildTime(sinceMs), by, said });
}

/** `secondsLeft` is undefined while it cannot be told; `absence` is the last of Darkroom's. Under 4 kB in all. */
export function buildProgress(batch: Batch, secondsLeft?: number, absence?: Absence): Message {
  const words = wordsOf(batch.language);
  const title = buildTitle(batch, words);
  const tally = batch.counts.total > 0 ? buildTally(batch, secondsLeft, words) : undefined;
  const headline = [
    title,
    tally,
    buildCached(batch),
    ...buildHeld(batch, words),
    ...buildOffline(batch, absence, words),
    buildMishap(batch, words),
    ...buildRetries(batch, words),
  ]
    .filter((line) => line !== undefined)
    .join('\n');
  const understood = buildUnderstood(batch);
  const failures = buildFailures(batch);
  const retry = buildRetryButton(batch, words);
  const blocks: Block[] = [
    buildSection(headline),
    ...(understood === undefined ? [] : [buildSection(understood)]),
    ...(failures === undefined ? [] : [buildSection(failures)]),
    ...(canStop(batch) ? [buildStopButton(batch.id, words)] : []),
    ...(retry === undefined ? [] : [retry]),
    buildContext(words.progress.footer(batch.id, hasEnded(batch))),
  ];
  return { text: cutMrkdwn(headline, 1_000), blocks };
}
