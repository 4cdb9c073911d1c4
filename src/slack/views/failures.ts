// Why rows failed: a line for each cause, the most frequent first, with row numbers.

import type { Batch, FaultGroup } from '../../batch/batch.ts';
import { sentenceOf } from '../../errors.ts';
import { showText } from '../escape.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildBullets } from './blocks.ts';

const causesShown = 4;
const linesShown = 5;

function buildGroup(group: FaultGroup, batch: Pick<Batch, 'language'>): string {
  const words = wordsOf(batch.language);
  const named = group.lines.slice(0, linesShown);
  const sentence = showText(sentenceOf(group.example, batch.language), 200);
  return words.failures.group({
    rows: group.count,
    sentence,
    lines: words.rowNumbers(named, group.count > named.length),
    varied: group.varied,
  });
}

/** undefined while no row has failed. */
export function buildFailures(batch: Batch): string | undefined {
  const { faultGroups, counts, language } = batch;
  if (counts.failed === 0) return undefined;
  const words = wordsOf(language);
  const lines = faultGroups.slice(0, causesShown).map((group) => buildGroup(group, batch));
  const more = faultGroups.length - causesShown;
  if (more > 0) lines.push(words.failures.moreCauses(more));
  return [words.failures.title(counts.failed), buildBullets(lines)].join('\n');
}
