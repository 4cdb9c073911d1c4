// The one message about a file that cannot be used.

import type { Batch } from '../../batch/batch.ts';
import type { Fault } from '../../errors.ts';
import { sentenceOf } from '../../errors.ts';
import { showText } from '../escape.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildSection, type Message } from './blocks.ts';
import { showFileName } from './progress.ts';

/** `runningLink` leads to the thread of the batch that works on the same file already. */
export function buildRefusal(batch: Batch, fault: Fault, runningLink?: string): Message {
  const words = wordsOf(batch.language);
  if (fault.code === 'E_BATCH_RUNNING') {
    const name = `#${fault.params['batch'] ?? ''}`;
    const link = runningLink === undefined ? name : `<${runningLink}|${name}>`;
    const text = words.refusal.alreadyRunning(link);
    return { text, blocks: [buildSection(text)] };
  }
  const sentence = showText(sentenceOf(fault, batch.language), 1_000);
  const text = `:x: ${words.refusal.title(showFileName(batch))}\n${sentence}`;
  return { text, blocks: [buildSection(text)] };
}
