// The Stop button with its confirmation. Its value is the batch's number; what may be done is
// checked again when it is pressed.

import type { Words } from '../words/words.ts';
import { toConfirm, type Block, type Confirm } from './blocks.ts';

export const stopAction = 'stop_batch';

/** Slack shows a button's text to 75 characters, a dialog's title to 100, its text to 300. */
export function buildStopButton(batchId: string, words: Words): Block {
  const { button } = words;
  return {
    type: 'actions',
    block_id: `stop:${batchId}`,
    elements: [
      {
        type: 'button',
        action_id: stopAction,
        style: 'danger',
        text: { type: 'plain_text', text: button.stop },
        accessibility_label: button.stopLabel(batchId),
        value: batchId,
        confirm: buildConfirm(words),
      },
    ],
  };
}

export function buildConfirm({ button }: Words): Confirm {
  return toConfirm({
    title: button.confirmTitle,
    text: button.confirmText,
    yes: button.confirmYes,
    no: button.confirmNo,
  });
}
