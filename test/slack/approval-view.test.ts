import { describe, expect, it } from 'vitest';
import { noCounts, type Batch, type PauseReason } from '../../src/batch/batch.ts';
import type { Language } from '../../src/batch/language.ts';
import { buildApproval } from '../../src/slack/views/approval.ts';
import { buildList } from '../../src/slack/views/batches.ts';
import { buildProgress } from '../../src/slack/views/progress.ts';
import { buildPurgeQuestion } from '../../src/slack/views/purge.ts';
import { aBatch, aDrop } from './support.ts';

const sinceMs = Date.UTC(2026, 10, 22, 14, 5);

function held(reason: PauseReason, parts: Partial<Batch> = {}): Batch {
  const counts = { ...noCounts, total: 30_000, pending: 30_000 };
  const pause = { reason, sinceMs, ...(reason === 'person' ? { by: 'U7' } : {}) };
  return aBatch({ state: 'paused', pause, counts, faultGroups: [], ...parts });
}

describe('the message to the operators', () => {
  const waiting = held('approval', { estimateSeconds: 3 * 3600 });

  it('says what they decide about, and leads to the batch', () => {
    const { text, blocks } = buildApproval(waiting, {
      language: 'en',
      operators: ['U8', 'U9'],
      link: 'https://slack.example/x',
    });
    expect(text).toBe(
      'Batch *142* (products.csv) of <@U1> waits for an approval: 30,000 rows, about 3 h of work. <https://slack.example/x|open the thread>\n<@U8> <@U9> please approve or decline it.',
    );
    expect(blocks).toHaveLength(2);
    const chinese = buildApproval(waiting, { language: 'zh', operators: ['U8'] });
    expect(chinese.text).toBe(
      '<@U1> 的批次 *142*（products.csv）等待批准：共 30,000 行，预计需要约 3 小时。\n<@U8> 请批准或拒绝。',
    );
  });

  it('says no hours where no batch has shown yet how fast the model server is', () => {
    const unknown = held('approval');
    const { text } = buildApproval(unknown, { language: 'en', operators: ['U8'] });
    expect(text).toContain('30,000 rows.');
  });

  it.each<[Partial<Batch>, string, string]>([
    [{ state: 'running', approvedBy: 'U8' }, 'Approved by <@U8>', '由 <@U8> 批准'],
    [
      { state: 'cancelled', declinedBy: 'U8', cancelledBy: 'U8' },
      'Declined by <@U8>',
      '由 <@U8> 拒绝',
    ],
    [{ state: 'cancelled', cancelledBy: 'U1' }, 'Stopped by <@U1>', '由 <@U1> 停止'],
  ])('of a batch that is %j has no buttons and says "%s"', (parts, en, zh) => {
    const { pause: _, ...batch } = { ...waiting, ...parts };
    for (const [language, said] of [
      ['en', en],
      ['zh', zh],
    ] as const) {
      const { text, blocks } = buildApproval(batch, { language, operators: ['U8'] });
      expect(text).toContain(said);
      expect(blocks).toHaveLength(1);
    }
  });

  it('shows the name of a file as it is, whatever it contains', () => {
    const files = [{ id: 'F1', name: '<!channel> *x*.csv' }];
    const batch = held('approval', { drop: { ...aDrop, files } });
    const { text } = buildApproval(batch, { language: 'en', operators: ['U8'] });
    expect(text).not.toContain('<!channel>');
  });
});

describe('a batch that is held up', () => {
  it.each<[PauseReason, Language, readonly [string, string]]>([
    ['approval', 'en', ['for an operator of Darkroom', 'waiting for an approval']],
    ['approval', 'zh', ['等待 Darkroom 管理员批准', '等待批准']],
    ['turn', 'en', ['for its turn', 'waiting for its turn']],
    ['turn', 'zh', ['排队', '排队中']],
    ['person', 'en', ['by <@U7>. Reply `@darkroom resume`', 'paused']],
    ['person', 'zh', ['由 <@U7> 暂停', '已暂停']],
  ])(
    'by %s says so in %s, in its thread and in the list: %j',
    (reason, language, [thread, list]) => {
      const batch = held(reason, { language });
      const { text } = buildProgress(batch);
      expect(text).toContain(thread);
      expect(text).toContain('<!date^1795356300^{time}|14:05 UTC>');
      expect(buildList([{ batch }], language).text).toContain(list);
    },
  );

  it('says by whom it was let run, or not', () => {
    expect(buildProgress(aBatch({ approvedBy: 'U8' }), 60).text).toContain('Approved by <@U8>');
    const declined = aBatch({ state: 'cancelled', cancelledBy: 'U8', declinedBy: 'U8' });
    for (const state of ['finishing', 'cancelled'] as const) {
      const { text } = buildProgress({ ...declined, state });
      expect(text).toContain('was stopped');
      expect(text).toContain('Declined by <@U8>');
    }
  });
});

describe('the question before a batch is deleted', () => {
  it('says what goes and what stays, and carries nothing but the number', () => {
    const { text, blocks } = buildPurgeQuestion(aBatch({ state: 'done' }), 'en');
    expect(text).toContain('The dropped file itself stays in Slack. This cannot be undone.');
    expect(JSON.stringify(blocks)).toContain('"value":"142"');
    expect(buildPurgeQuestion(aBatch({ state: 'done' }), 'zh').text).toContain('无法撤销');
  });
});
