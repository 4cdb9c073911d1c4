// Every bad input of the list, put in where people put it in.

import { describe, expect, it } from 'vitest';
import { errorRegistry, sentenceOf } from '../../src/errors.ts';
import { corpus, sizes } from './corpus.ts';
import { outcomeOf, type Outcome, type TriedEntry } from './entry.ts';

const tried = corpus.filter((entry): entry is TriedEntry => 'run' in entry);

/** One line in each language that leaves nothing open. */
function expectSayable(outcome: Outcome): void {
  if (typeof outcome === 'string') return;
  const places = [...errorRegistry[outcome.code].en.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  expect(Object.keys(outcome.params)).toEqual(expect.arrayContaining(places));
  for (const sentence of [sentenceOf(outcome, 'en'), sentenceOf(outcome, 'zh')]) {
    expect(sentence).not.toMatch(/[\r\n]|undefined|NaN|\[object|\bat \S+:\d+:\d+/u);
    expect(sentence.length).toBeLessThan(600);
  }
}

describe('bad input', () => {
  it.concurrent.for(tried)('$id, $input: $expected ($place)', async ({ run, expected }) => {
    const outcome = await outcomeOf(run);
    expect(typeof outcome === 'string' ? outcome : outcome.code).toBe(expected);
    expectSayable(outcome);
  });

  it('is complete: no number of the list is missing, and none is made up', () => {
    const ids = Object.entries(sizes).flatMap(([area, size]) =>
      Array.from({ length: size }, (_, at) => `${area}${at + 1}`),
    );
    expect(ids).toHaveLength(133);
    expect([...new Set(corpus.map(({ id }) => id))].toSorted()).toEqual(ids.toSorted());
  });

  it('is answered with a code wherever it is refused, except to whoever installs Darkroom', () => {
    for (const { id, place, expected } of tried) {
      const isCode = /^E_[A-Z0-9_]+$/.test(expected);
      expect([id, isCode]).toEqual([id, !['nowhere', 'start'].includes(place)]);
    }
  });
});
