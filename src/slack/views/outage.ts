// An outage of the model servers, for the operators.

import type { Language } from '../../batch/language.ts';
import type { OutageNews } from '../../batch/outage.ts';
import { formatDuration } from '../../batch/progress.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildTime } from './blocks.ts';

/** mrkdwn. */
export function buildOutage(news: OutageNews, language: Language): string {
  const { outageBegan, outageEnded } = wordsOf(language).control;
  const { kind, reason, sinceMs, untilMs, batches, rows } = news;
  if (kind === 'ended') return outageEnded(formatDuration((untilMs - sinceMs) / 1000, language));
  const refuses = reason === 'model-misconfigured';
  return outageBegan({ since: buildTime(sinceMs), refuses, batches, rows });
}
