// What a batch's progress message shows while the store cannot be used. How far the batch is, nobody knows then.

import type { StoreTrouble } from '../../batch/store-trouble.ts';
import type { KnownThread } from '../threads/known-threads.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildContext, buildSection, buildTime, type Message } from './blocks.ts';
import { showFileName } from './progress.ts';

/** `sinceMs`: milliseconds since 1970. No button: it would do nothing. */
export function buildStoreTrouble(
  thread: Pick<KnownThread, 'id' | 'drop' | 'language'>,
  { trouble, sinceMs }: { readonly trouble: StoreTrouble; readonly sinceMs: number },
): Message {
  const { progress, control } = wordsOf(thread.language);
  const title = progress.waiting(showFileName(thread));
  const text = `${title}\n${control.storeTrouble(trouble, buildTime(sinceMs))}`;
  return { text, blocks: [buildSection(text), buildContext(progress.footer(thread.id, true))] };
}
