// The text above the results files: the last thing Darkroom says in a thread, and the one that notifies.

import type { Batch } from '../../batch/batch.ts';
import { showText } from '../escape.ts';
import type { Words } from '../words/words.ts';
import { wordsOf } from '../words/words-of.ts';
import { buildBullets, cutMrkdwn } from './blocks.ts';
import { buildFailures } from './failures.ts';
import { showFileName } from './progress.ts';

/** What was written for a batch; a part of what the engine reports. */
export interface Results {
  readonly files: readonly {
    readonly path: string;
    readonly name: string;
    readonly bytes: number;
  }[];
  /** Rows without an answer, which stand in the second file. */
  readonly unfinished: number;
  /** The first rows that are done, with a text for each output column. */
  readonly samples: readonly { readonly line: number; readonly fields: readonly string[] }[];
}

const fieldLimit = 140;

/** A column's name as words. */
function toLabel(header: string): string {
  return showText(header.replaceAll('_', ' '), 40);
}

function buildSamples(batch: Batch, results: Results, words: Words): string | undefined {
  if (results.samples.length === 0) return undefined;
  const outputs = batch.recipe?.outputs ?? [];
  const lines = results.samples.slice(0, 3).map(({ line, fields }) => {
    const shown = fields.flatMap((field, index) =>
      field === ''
        ? []
        : [words.results.field(toLabel(outputs[index]?.header ?? ''), showText(field, fieldLimit))],
    );
    return words.results.sample(line, shown.slice(0, 4));
  });
  return [words.results.samples(), buildBullets(lines)].join('\n');
}

function buildHeadline(batch: Batch, words: Words): string {
  const user = `<@${batch.drop.user}>`;
  const name = showFileName(batch);
  if (batch.cancelledBy === undefined) return words.results.done(user, name, batch.counts);
  const by = batch.cancelledBy === batch.drop.user ? undefined : `<@${batch.cancelledBy}>`;
  return words.results.stopped({ user, name, tally: batch.counts, by });
}

/** mrkdwn, under 4,000 characters; the person who asked is mentioned once. */
export function buildResultsText(batch: Batch, results: Results): string {
  const words = wordsOf(batch.language);
  const todo = results.files[1];
  const parts = [
    buildHeadline(batch, words),
    buildFailures(batch),
    buildSamples(batch, results, words),
    results.unfinished > 0 && todo !== undefined
      ? words.results.todo(results.unfinished, showText(todo.name))
      : undefined,
  ];
  return cutMrkdwn(parts.filter((part) => part !== undefined).join('\n\n'), 3_900);
}
