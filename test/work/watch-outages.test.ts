import { describe, expect, it } from 'vitest';
import type { OutageNews } from '../../src/batch/outage.ts';
import { watchOutages, type OutageNeeds } from '../../src/work/watch-outages.ts';
import { until } from '../support/until.ts';
import { quiet } from './fakes.ts';

const times = { maxMs: 3, soFarMs: 2, quietMs: 1, lookEveryMs: 1 };
const news: OutageNews = {
  kind: 'began',
  reason: 'model-away',
  sinceMs: 0,
  untilMs: 1,
  batches: 1,
  rows: 1,
};

/** An outage with one batch; what was done about it, in order. */
function createOutage(change: Partial<OutageNeeds> = {}): { needs: OutageNeeds; done: string[] } {
  const done: string[] = [];
  const needs: OutageNeeds = {
    outages: {
      endWaiting: async (ms) => (done.push(`end ${ms}`), []),
      findWaiting: async (ms) => (done.push(`find ${ms}`), ['7']),
      claimNews: async ({ quietMs }) => (done.push(`claim ${quietMs}`), news),
      confirmNews: async ({ kind }) => void done.push(`confirm ${kind}`),
    },
    giveSoFar: async (batch) => void done.push(`give ${batch}`),
    tell: async ({ kind }) => void done.push(`tell ${kind}`),
    log: quiet,
    ...change,
  };
  return { needs, done };
}

describe('the watch over outages', () => {
  it('ends what waited too long, has results given, tells news and confirms them once told', async () => {
    const { needs, done } = createOutage();
    await using _ = watchOutages(needs, times);
    await until('a whole look', () => done.includes('confirm began'));
    expect(done.slice(0, 6)).toEqual([
      'end 3',
      'find 2',
      'give 7',
      'claim 1',
      'tell began',
      'confirm began',
    ]);
  });

  it('confirms nothing that could not be told, and looks again', async () => {
    const { needs, done } = createOutage({
      tell: () => Promise.reject(new Error('Slack is away')),
    });
    await using _ = watchOutages(needs, times);
    await until('another look', () => done.filter((each) => each === 'claim 1').length > 1);
    expect(done).not.toContain('confirm began');
  });

  it('claims no news and looks for no results where nobody would get them', async () => {
    const { needs, done } = createOutage({ tell: undefined, giveSoFar: undefined });
    await using _ = watchOutages(needs, times);
    await until('another look', () => done.length > 1);
    expect(new Set(done)).toEqual(new Set(['end 3']));
  });
});
