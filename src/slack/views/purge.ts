// The question before a batch is deleted; the button is the answer.

import type { Batch } from '../../batch/batch.ts';
import type { Language } from '../../batch/language.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildSection, type Message } from './blocks.ts';
import { showFileName } from './progress.ts';

export const purgeAction = 'purge_batch';

export function buildPurgeQuestion(batch: Batch, language: Language): Message {
  const { control, button } = wordsOf(language);
  const text = control.purgeQuestion(batch.id, showFileName(batch));
  return {
    text,
    blocks: [
      buildSection(text),
      {
        type: 'actions',
        block_id: `purge:${batch.id}`,
        elements: [
          {
            type: 'button',
            action_id: purgeAction,
            style: 'danger',
            text: { type: 'plain_text', text: button.purge },
            accessibility_label: button.purgeLabel(batch.id),
            value: batch.id,
          },
        ],
      },
    ],
  };
}
