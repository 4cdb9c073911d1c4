import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../src/batch/batch.ts';
import type { Language } from '../../../src/batch/language.ts';
import { buildProgress } from '../../../src/slack/views/progress.ts';
import { aBatch, aDrop, createStage, csv, eventually } from '../support.ts';
import { toText } from '../../support/journey-thread.ts';

const minuteMs = 60_000;
const fromMs = Date.UTC(2026, 10, 22, 14, 2);
const absence = { fromMs, toMs: fromMs + 61 * minuteMs };
const from = '<!date^1795356120^{date_short_pretty} {time}|2026-11-22 14:02 UTC>';
const to = '<!date^1795359780^{date_short_pretty} {time}|2026-11-22 15:03 UTC>';

/** Dropped at 14:02 and recorded so much later. */
function dropped(afterMs: number, parts: Partial<Batch> = {}): Batch {
  const messageTs = '1795356120.000100';
  const drop = { ...aDrop, messageTs, threadTs: messageTs, key: `T1:C1:${messageTs}:0` };
  return aBatch({ drop, createdMs: fromMs + afterMs, ...parts });
}

const told = (batch: Batch): string => buildProgress(batch, undefined, absence).text;

describe('that Darkroom was offline', () => {
  it.each<[Language, string]>([
    ['en', `\nI was offline from ${from} to ${to}. Nothing was lost.`],
    ['zh', `\n从 ${from} 到 ${to} 我不在线，数据没有丢失。`],
  ])('is told in %s in every batch that was under way', (language, line) => {
    expect(told(dropped(-1, { language }))).toContain(line);
    const pause = { reason: 'person', sinceMs: fromMs } as const;
    expect(told(dropped(-1, { language, state: 'paused', pause }))).toContain(line);
  });

  it.each<[Language, string]>([
    ['en', `\nI was offline when this was dropped (${from}), so I began late.`],
    ['zh', `\n文件发送时（${from}）我不在线，所以开始得比较晚。`],
  ])('is told in %s where the file was taken late', (language, line) => {
    const text = told(dropped(61 * minuteMs, { language }));
    expect(text).toContain(line);
    expect(text.split('\n')).toHaveLength(3);
  });

  it.each([
    ['ended meanwhile', dropped(-1, { state: 'done' })],
    ['began late and has ended', dropped(61 * minuteMs, { state: 'cancelled' })],
    ['began after it', dropped(9 * minuteMs)],
    [
      'was asked for below an old message',
      dropped(61 * minuteMs, { drop: { ...dropped(0).drop, key: 'T1:C1:1795359780.000100:0' } }),
    ],
  ])('is not told in a batch that %s', (_what, batch) => {
    expect(told(batch)).not.toContain('offline');
  });

  it('is told of the last time only', () => {
    const later = { fromMs: fromMs + 120 * minuteMs, toMs: fromMs + 180 * minuteMs };
    const { text } = buildProgress(dropped(61 * minuteMs), undefined, later);
    expect(text.match(/offline/gu)).toHaveLength(1);
    expect(text).toContain('I was offline from');
  });

  it('stands in the thread until the batch ends', async () => {
    await using stage = await createStage();
    const { workspace, desk, presence, slack } = stage;
    const { ts } = await workspace.drop({ user: 'ada', channel: 'products', files: [csv()] });
    await eventually(() => desk.batches.size).toBe(1);
    presence.absence = { fromMs: Date.now() + 1, toMs: Date.now() + 61 * minuteMs };
    desk.change('1', { state: 'running' });
    slack.wake();
    const shown = (): string => workspace.thread('products', ts).slice(1).map(toText).join();
    await eventually(shown).toContain('I was offline from');
    desk.change('1', { state: 'done' });
    slack.wake();
    await eventually(shown).not.toContain('offline');
    expect(workspace.thread('products', ts)).toHaveLength(2);
  });
});
