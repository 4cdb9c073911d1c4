// What a batch is called in a sentence: by its file.

import type { Batch } from '../../batch/batch.ts';
import { toDropName } from '../../batch/drop-name.ts';
import type { Language } from '../../batch/language.ts';
import { wordsOf } from '../words/words-of.ts';

/** Plain text, not escaped; loose pictures are called "3 pictures". '' where Slack has told no name. */
export function toFileName({ files }: Pick<Batch['drop'], 'files'>, language: Language): string {
  return toDropName(files) ?? wordsOf(language).pictures(files.length);
}
