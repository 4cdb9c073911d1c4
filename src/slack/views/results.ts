// The text above the results files: the last thing Darkroom says in a thread, and the one that notifies.

import type { Batch } from '../../batch/batch.ts';
import type { OutputColumn } from '../../batch/recipe.ts';
import type { WrittenResults } from '../../batch/results.ts';
import { hasPictures } from '../../batch/table.ts';
import { showText } from '../escape.ts';
import type { Words } from '../words/words.ts';
import { wordsOf } from '../words/words-of.ts';
import { cutMrkdwn } from './blocks.ts';
import { buildFailures } from './failures.ts';
import { buildCached, showFileName } from './progress.ts';

const fieldLimit = 140;
const fieldsShown = 4;

/** A column's name as words. */
function toLabel(header: string): string {
  return showText(header.replaceAll('_', ' '), 40);
}

/** One cell of an answer; the items of a list stand side by side. */
function buildField(output: OutputColumn | undefined, value: string, words: Words): string {
  const items = value.split('\n').join(' · ');
  return words.results.field(toLabel(output?.name ?? ''), showText(items, fieldLimit));
}

/** The first answers as quotations: what the model wrote stands apart from what Darkroom says. */
function buildSamples(batch: Batch, { samples }: WrittenResults, words: Words): string | undefined {
  if (samples.length === 0) return undefined;
  const outputs = batch.recipe?.outputs ?? [];
  const quotations = samples.slice(0, 3).map(({ line, fields }) => {
    const shown = fields.flatMap((field, index) =>
      field === '' ? [] : [buildField(outputs[index], field, words)],
    );
    return [words.results.sample(line), ...shown.slice(0, fieldsShown)].join('\n>');
  });
  return [words.results.samples(), ...quotations].join('\n');
}

function buildHeadline(batch: Batch, words: Words): string {
  const user = `<@${batch.drop.user}>`;
  const name = showFileName(batch);
  const { hours } = batch.fault?.params ?? {};
  if (hours !== undefined) {
    return words.results.gaveUp({ user, name, tally: batch.counts, hours: String(hours) });
  }
  if (batch.cancelledBy === undefined) return words.results.done(user, name, batch.counts);
  const by = batch.cancelledBy === batch.drop.user ? undefined : `<@${batch.cancelledBy}>`;
  return words.results.stopped({ user, name, tally: batch.counts, by });
}

/** What to do with the to-do file: where rows failed, correct them; where they were stopped, just go on. */
function buildTodo({ counts, summary }: Batch, fileName: string, words: Words): string {
  const { failed, cancelled } = counts;
  return words.results.todo({
    failed,
    cancelled,
    name: showText(fileName),
    bundled: summary !== undefined && hasPictures(summary),
  });
}

function buildAnimated({ sums }: Batch, words: Words): string | undefined {
  return sums.animatedPictures > 0 ? words.results.animated(sums.animatedPictures) : undefined;
}

/** mrkdwn, under 4,000 characters; the person who asked is mentioned once. */
export function buildResultsText(batch: Batch, results: WrittenResults): string {
  const words = wordsOf(batch.language);
  const todo = results.files[1];
  const parts = [
    buildHeadline(batch, words),
    buildFailures(batch),
    buildCached(batch),
    buildAnimated(batch, words),
    buildSamples(batch, results, words),
    results.unfinished > 0 && todo !== undefined ? buildTodo(batch, todo.name, words) : undefined,
    results.unfinished > 0 ? words.control.retryHint() : undefined,
  ];
  return cutMrkdwn(parts.filter((part) => part !== undefined).join('\n\n'), 3_900);
}
