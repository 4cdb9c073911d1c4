// Batches as answers to commands: a list, one batch's state, a choice of which to stop.

import type { Batch } from '../../batch/batch.ts';
import type { Language } from '../../batch/language.ts';
import { toOneLine } from '../escape.ts';
import type { Words } from '../words/words.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildBullets, buildSection, type Message } from './blocks.ts';
import { toFileName } from './file-name.ts';
import { showFileName } from './progress.ts';
import { buildConfirm } from './stop-button.ts';

export const chooseAction = 'choose_batch';

export interface LinkedBatch {
  readonly batch: Batch;
  /** The address of its thread; undefined where Slack does not tell. */
  readonly link?: string | undefined;
}

function describeState(batch: Batch, { batches }: Words): string {
  switch (batch.state) {
    case 'reading':
      return batches.reading();
    case 'running':
      return batches.working(batch.counts);
    case 'paused':
      return batches.waiting(batch.counts, batch.pause?.reason);
    case 'finishing':
      return batches.writing();
    case 'done':
      return batches.done(batch.counts);
    case 'cancelled':
      return batches.stopped(batch.counts);
    case 'refused':
      return batches.refused();
  }
}

function buildLine({ batch, link }: LinkedBatch, words: Words): string {
  return words.batches.line({
    id: batch.id,
    name: showFileName(batch),
    state: describeState(batch, words),
    link: link === undefined ? undefined : `<${link}|${words.batches.openThread()}>`,
  });
}

/** At most 10 batches fit. */
export function buildList(entries: readonly LinkedBatch[], language: Language): Message {
  const words = wordsOf(language);
  const text =
    entries.length === 0
      ? words.batches.listEmpty()
      : [
          words.batches.listTitle(),
          buildBullets(entries.map((entry) => buildLine(entry, words))),
        ].join('\n');
  return { text, blocks: [buildSection(text)] };
}

/** How far one batch is, or each of a person's several. */
export function buildStatus(entries: readonly LinkedBatch[], language: Language): Message {
  const words = wordsOf(language);
  const lines = entries.map((entry) => buildLine(entry, words));
  const text =
    lines.length === 1
      ? lines.join('')
      : [words.batches.ownTitle(), buildBullets(lines)].join('\n');
  return { text, blocks: [buildSection(text)] };
}

/** A choice among the person's own batches; Slack takes 100 options of 75 characters. */
export function buildChoice(batches: readonly Batch[], language: Language): Message {
  const words = wordsOf(language);
  const options = batches.slice(0, 20).map((batch) => ({
    text: {
      type: 'plain_text' as const,
      text: toOneLine(`${batch.id} · ${toFileName(batch.drop, language)}`, 75),
    },
    value: batch.id,
  }));
  return {
    text: words.batches.choose(),
    blocks: [
      buildSection(words.batches.choose()),
      {
        type: 'actions',
        elements: [
          {
            type: 'static_select',
            action_id: chooseAction,
            placeholder: { type: 'plain_text', text: words.button.choosePlaceholder },
            options,
            confirm: buildConfirm(words),
          },
        ],
      },
    ],
  };
}
