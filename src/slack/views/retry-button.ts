// The Retry button of a batch that ended with unfinished rows. Its value is the batch's number; what may be done
// is checked again when it is pressed.

import { countUnfinished, type Batch } from '../../batch/batch.ts';
import type { Words } from '../words/words.ts';
import type { Block } from './blocks.ts';

export const retryAction = 'retry_batch';

/** undefined where there is nothing to retry, or where it is retried already. */
export function buildRetryButton(batch: Batch, { button }: Words): Block | undefined {
  const rows = countUnfinished(batch);
  if (rows === 0 || batch.retriedAs !== undefined) return undefined;
  return {
    type: 'actions',
    block_id: `retry:${batch.id}`,
    elements: [
      {
        type: 'button',
        action_id: retryAction,
        text: { type: 'plain_text', text: button.retry(rows) },
        accessibility_label: button.retryLabel(batch.id),
        value: batch.id,
      },
    ],
  };
}
