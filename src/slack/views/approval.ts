// The message by which operators are asked whether a large batch may run, and what became of it.

import type { Batch } from '../../batch/batch.ts';
import type { Language } from '../../batch/language.ts';
import { formatDuration } from '../../batch/progress.ts';
import type { Words } from '../words/words.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildSection, toConfirm, type Block, type Message } from './blocks.ts';
import { showFileName } from './progress.ts';

export const approveAction = 'approve_batch';
export const declineAction = 'decline_batch';

export interface ApprovalView {
  readonly language: Language;
  /** Slack user ids. */
  readonly operators: readonly string[];
  /** Where it stands among other things than the batch: the address of the batch's thread. */
  readonly link?: string | undefined;
}

/** True while an operator is waited for. */
export function isWaiting({ state, pause }: Pick<Batch, 'state' | 'pause'>): boolean {
  return state === 'paused' && pause?.reason === 'approval';
}

export function buildApproval(batch: Batch, view: ApprovalView): Message {
  const words = wordsOf(view.language);
  const lines = [buildWanted(batch, view, words), buildVerdict(batch, view, words)];
  const text = lines.filter((line) => line !== undefined).join('\n');
  const canDecide = isWaiting(batch) && view.operators.length > 0;
  const blocks = [buildSection(text), ...(canDecide ? [buildButtons(batch.id, words)] : [])];
  return { text, blocks };
}

function buildWanted(batch: Batch, { language, link }: ApprovalView, words: Words): string {
  const { id, drop, counts, estimateSeconds } = batch;
  const sentence = words.control.wanted({
    id,
    name: showFileName(batch),
    user: `<@${drop.user}>`,
    rows: counts.total,
    ...(estimateSeconds === undefined ? {} : { time: formatDuration(estimateSeconds, language) }),
  });
  return link === undefined ? sentence : `${sentence} <${link}|${words.batches.openThread()}>`;
}

/** undefined where it goes on without anybody's word, which does not happen yet. */
function buildVerdict(
  batch: Batch,
  { operators }: ApprovalView,
  { control }: Words,
): string | undefined {
  const { approvedBy, declinedBy, cancelledBy } = batch;
  if (approvedBy !== undefined) return control.approvedBy(`<@${approvedBy}>`);
  if (declinedBy !== undefined) return control.declinedBy(`<@${declinedBy}>`);
  if (cancelledBy !== undefined) return control.stoppedBy(`<@${cancelledBy}>`);
  if (!isWaiting(batch)) return undefined;
  if (operators.length === 0) return control.nobody();
  return control.ask(operators.map((user) => `<@${user}>`));
}

function buildButtons(id: string, { button }: Words): Block {
  return {
    type: 'actions',
    block_id: `approval:${id}`,
    elements: [
      {
        type: 'button',
        action_id: approveAction,
        style: 'primary',
        text: { type: 'plain_text', text: button.approve },
        accessibility_label: button.approveLabel(id),
        value: id,
      },
      {
        type: 'button',
        action_id: declineAction,
        style: 'danger',
        text: { type: 'plain_text', text: button.decline },
        accessibility_label: button.declineLabel(id),
        value: id,
        confirm: toConfirm({
          title: button.declineTitle,
          text: button.declineText,
          yes: button.decline,
          no: button.back,
        }),
      },
    ],
  };
}
