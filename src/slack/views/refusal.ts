// The one message about a file that cannot be used.

import type { Batch } from '../../batch/batch.ts';
import type { Fault } from '../../errors.ts';
import { sentenceOf } from '../../errors.ts';
import { showText } from '../escape.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildSection, type Message } from './blocks.ts';
import { showFileName } from './progress.ts';

/** A file that is being worked on already is no mistake to be crossed out: its thread is named. */
export function buildRefusal(batch: Batch, fault: Fault): Message {
  const words = wordsOf(batch.language);
  if (fault.code === 'E_ALREADY_RUNNING') {
    const { id = '', link = '' } = fault.params;
    const named = words.refusal.batch(String(id));
    const known = /^https?:\/\/[^\s<>|]+$/.test(String(link));
    const text = words.refusal.alreadyRunning(known ? `<${link}|${named}>` : named);
    return { text, blocks: [buildSection(text)] };
  }
  const sentence = showText(sentenceOf(fault, batch.language), 1_000);
  const text = `:x: ${words.refusal.title(showFileName(batch))}\n${sentence}`;
  return { text, blocks: [buildSection(text)] };
}
