import { describe, expect, it } from 'vitest';
import { noCounts, noSums, type Batch } from '../../src/batch/batch.ts';
import type { Language } from '../../src/batch/language.ts';
import { errorRegistry } from '../../src/errors.ts';
import { commandErrors } from '../../src/errors/command-errors.ts';
import { buildChoice, buildList, buildStatus } from '../../src/slack/views/batches.ts';
import type { Message } from '../../src/slack/views/blocks.ts';
import { buildProgress } from '../../src/slack/views/progress.ts';
import { buildRefusal } from '../../src/slack/views/refusal.ts';
import type { WrittenResults } from '../../src/batch/results.ts';
import { buildResultsText } from '../../src/slack/views/results.ts';
import { wordsOf } from '../../src/slack/words/words-of.ts';
import { aBatch, aDrop } from './support.ts';

const languages: readonly Language[] = ['en', 'zh'];

/** Everything that a person reads in it, as one text. */
function readable({ blocks }: Message): string {
  return JSON.stringify(blocks).replaceAll(String.raw`\n`, '\n');
}

const show = (parts: Partial<Batch>): string => buildProgress(aBatch(parts)).text;

describe('the progress message', () => {
  it('says what was understood, how far it is, why rows failed, and offers to stop', () => {
    const message = buildProgress(aBatch(), 241);
    expect(message.text).toBe(
      '*Working on products.csv*\n120 of 400 rows done, 3 failed, about 4 min left',
    );
    const text = readable(message);
    expect(text).toContain('400 rows, pictures from the column `image_url`');
    expect(text).toContain('I write `title` and `selling_points` in English');
    expect(text).toContain('Besides the picture I read `name` and `material`');
    expect(text).toContain('12 rows have the same picture as an earlier row');
    expect(text).toContain('3 rows without a picture');
    expect(text).toContain('*3 rows failed:*');
    expect(text).toContain('rows 4, 18 and 20');
    expect(text).toContain('"value":"142"');
    expect(text).not.toContain('not used as a prompt');
  });

  it('says in Chinese what it says in English', () => {
    const message = buildProgress(aBatch({ language: 'zh' }), 241);
    expect(message.text).toBe(
      '*正在处理 products.csv*\n共 400 行，已完成 120 行，失败 3 行，剩余时间：约 4 分钟',
    );
    expect(readable(message)).toContain('第 4、18、20 行');
    expect(readable(message)).not.toMatch(/rows?\b/);
  });

  it('says what goes wrong inside Darkroom, what becomes of the rows, and whom to tell', () => {
    const stuckMs = Date.now();
    for (const [language, stuck, rechecking, unwritten] of [
      ['en', 'the number of this batch, 142', '3 rows are being worked on again', 'there is none'],
      ['zh', '请把批次号 142 告诉', '正在重新处理 3 行', '没有结果文件'],
    ] as const) {
      const finishing = { language, state: 'finishing', stuckMs } as const;
      expect(show(finishing)).toContain(stuck);
      expect(show(finishing)).toContain(`<!date^${Math.floor(stuckMs / 1000)}^`);
      for (const state of ['running', 'paused'] as const) {
        expect(show({ language, state, recheckedRows: 3 })).toContain(rechecking);
      }
      expect(show({ language, state: 'cancelled', stuckMs })).toContain(unwritten);
      for (const state of ['finishing', 'done'] as const) {
        expect(show({ language, state, recheckedRows: 3 })).not.toContain(rechecking);
      }
      expect(show({ language, state: 'done', stuckMs })).not.toContain(stuck);
    }
    expect(show({ recheckedRows: 1, state: 'running' })).toContain('1 row is being');
  });

  it('counts one row as one', () => {
    const counts = { ...noCounts, total: 1, pending: 1 };
    const summary = {
      rows: 1,
      faultyRows: 1,
      rowsWithoutImage: 1,
      repeatedImages: 1,
      images: 1,
      warnings: [],
    };
    const text = readable(buildProgress(aBatch({ counts, summary, faultGroups: [] })));
    expect(text).toContain('1 row, pictures');
    expect(text).toContain('1 row has the same picture');
    expect(text).toContain('1 row without a picture; it will be');
    expect(text).toContain('0 of 1 row done');
  });

  it('says that the text of the message was not used', () => {
    expect(readable(buildProgress(aBatch({ textIgnored: true })))).toContain(
      'begin it with `prompt:`',
    );
  });

  it('says what it waits for, since when, in the time of the reader', () => {
    const pause = { reason: 'model-away', sinceMs: 1_700_000_000_000 } as const;
    const message = buildProgress(aBatch({ state: 'paused', pause }));
    expect(message.text).toContain('<!date^1700000000^{time}|22:13 UTC>');
    expect(message.text).toContain('Nothing is lost');
  });

  it('offers nothing to stop once it has ended', () => {
    expect(readable(buildProgress(aBatch()))).toContain('@darkroom stop');
    expect(readable(buildProgress(aBatch({ state: 'done' })))).not.toContain('@darkroom stop');
  });

  it.each(['finishing', 'done', 'cancelled'] as const)('has no button while %s', (state) => {
    expect(readable(buildProgress(aBatch({ state })))).not.toContain('stop_batch');
  });

  it('has no button once the batch is being stopped', () => {
    expect(readable(buildProgress(aBatch({ cancelledBy: 'U1' })))).not.toContain('stop_batch');
  });
});

/** Everything in it is as long and as hostile as it can come. */
function hostile(language: Language): Batch {
  const evil = '<!channel> *x* `y` &'.repeat(20);
  const columns = Array.from({ length: 200 }, (_, index) => `${evil}${index}`);
  const positions = columns.map((_, index) => index);
  const base = aBatch({ language });
  return {
    ...base,
    drop: { ...aDrop, files: [{ id: 'F1', name: `${evil}.csv` }] },
    table: {
      columns,
      imageColumns: positions,
      promptColumn: 3,
      delimiter: ',',
      encoding: 'utf-8',
      chinese: false,
    },
    summary: {
      rows: 1_000_000,
      faultyRows: 20_000,
      rowsWithoutImage: 10_000,
      repeatedImages: 1,
      images: 3,
      warnings: [
        { kind: 'scientific-digits', column: evil, line: 2, value: evil },
        { kind: 'empty-columns-dropped', count: 2 },
        { kind: 'encoding', encoding: 'gb18030' },
        { kind: 'images-cut', rows: 5, limit: 4, line: 9 },
      ],
    },
    recipe: {
      kind: 'system',
      prompt: evil,
      outputs: columns.slice(0, 30).map((name) => ({ name, header: name, list: false })),
      sampling: { maxTokens: 1, temperature: 0, topP: 1 },
      detail: 'low',
      language,
      contextColumns: positions,
    },
    textIgnored: true,
    faultGroups: Array.from({ length: 30 }, () => ({
      code: 'E_ROW_NO_IMAGE' as const,
      count: 1_000,
      lines: [999_991, 999_992, 999_993, 999_994, 999_995, 999_996],
      example: { code: 'E_ROW_NO_IMAGE' as const, params: { column: evil } },
      varied: true,
    })),
  };
}

describe.each(languages)('messages about hostile files, in %s', (language) => {
  const batch = hostile(language);
  const results: WrittenResults = {
    files: [
      { path: '/a', name: `${'<!here>'.repeat(50)}.csv`, bytes: 1 },
      { path: '/b', name: `${'<!here>'.repeat(50)}.todo.csv`, bytes: 1 },
    ],
    rows: 3,
    unfinished: 5,
    samples: [2, 3, 4].map((line) => ({ line, fields: ['<!channel>'.repeat(500), '', '*x*'] })),
  };

  it('stay inside what Slack takes, and call nobody', () => {
    const message = buildProgress(batch, 5_000);
    const size = message.text.length + readable(message).length;
    expect(size).toBeLessThan(6_000);
    expect(message.text.length).toBeLessThan(1_001);
    const sections = message.blocks.filter((block) => block.type === 'section');
    for (const { text } of sections) expect(text?.text.length).toBeLessThanOrEqual(3_000);
    expect(readable(message)).not.toContain('<!channel>');
  });

  it('keep the results below 4,000 characters with one mention', () => {
    const text = buildResultsText(batch, results);
    expect(text.length).toBeLessThan(4_000);
    expect(text.match(/<[^>]*>/g)).toEqual(['<@U1>']);
  });

  it('keep lists and choices inside their limits', () => {
    const many = Array.from({ length: 10 }, () => ({
      batch,
      link: 'https://x.slack.com/archives/C1',
    }));
    const list = readable(buildList(many, language));
    expect(list).not.toContain('<!channel>');
    expect(list.length).toBeLessThan(3_300);
    const choice = buildChoice([batch, batch], language);
    const actions = choice.blocks.find((block) => block.type === 'actions');
    const select = actions?.elements[0];
    if (select?.type !== 'static_select') throw new Error('there is no menu');
    for (const option of select.options ?? []) {
      expect(option.text.text.length).toBeLessThanOrEqual(75);
    }
  });
});

function warnOfPictures(language: Language, rows: number): string {
  return wordsOf(language).understood.warning({ kind: 'images-cut', rows, limit: 4, line: 9 });
}

describe('a warning of too many pictures', () => {
  it('names the only row, or the first of several', () => {
    expect(warnOfPictures('en', 1)).toContain('1 row has more than 4 pictures (row 9)');
    expect(warnOfPictures('en', 2)).toContain(
      '2 rows have more than 4 pictures (the first is row 9)',
    );
    expect(warnOfPictures('zh', 1)).toContain('（第 9 行）');
    expect(warnOfPictures('zh', 2)).toContain('（第一处在第 9 行）');
  });
});

describe('the end of a batch', () => {
  const results: WrittenResults = {
    files: [{ path: '/a', name: 'products.results.csv', bytes: 1 }],
    rows: 3,
    unfinished: 0,
    samples: [{ line: 2, fields: ['A lamp', 'warm\nsmall'] }],
  };
  const ended = (done: number, failed: number, parts: Partial<Batch> = {}): string =>
    buildResultsText(
      aBatch({
        counts: { ...noCounts, total: done + failed, done, failed },
        ...(failed === 0 ? { faultGroups: [] } : {}),
        ...parts,
      }),
      results,
    );

  it.each([
    [1, 'en', '1 picture was animated; I used its first frame.'],
    [1200, 'en', '1,200 pictures were animated; I used their first frame.'],
    [3, 'zh', '有 3 张图片是动图，只使用了第一帧。'],
  ] as const)(
    'say that of %i animated pictures the first frame was used: %s',
    (n, language, told) => {
      expect(ended(5, 0, { language, sums: { ...noSums, animatedPictures: n } })).toContain(told);
      expect(ended(5, 0, { language })).not.toMatch(/animated|动图/);
    },
  );

  it.each([
    [1, 'en', '1 row came from the cache'],
    [1200, 'en', '1,200 rows came from the cache'],
    [30, 'zh', '30 行直接使用了缓存'],
  ] as const)('and its progress say of %i rows from the cache in %s: %s', (n, language, told) => {
    const sums = { ...noSums, cachedRows: n };
    expect(ended(5, 0, { language, sums })).toContain(told);
    expect(buildProgress(aBatch({ language, sums })).text).toContain(told);
    expect(ended(5, 0, { language })).not.toMatch(/cache|缓存/);
    expect(buildProgress(aBatch({ language })).text).not.toMatch(/cache|缓存/);
  });

  it.each([
    [400, 0, 'all 400 rows'],
    [1, 0, 'its one row succeeded'],
    [397, 3, '397 of 400 rows, 3 failed'],
    [0, 3, 'but all 3 rows failed'],
    [0, 1, 'but its one row failed'],
  ])('with %i done and %i failed is told', (done, failed, words) => {
    expect(ended(done, failed)).toContain(words);
  });

  it('says who stopped it, without calling the person who asked twice', () => {
    expect(ended(2, 0, { cancelledBy: 'U1' }).match(/<@/g)).toHaveLength(1);
    expect(ended(2, 0, { cancelledBy: 'U2' })).toContain('was stopped by <@U2>: 2 of 2 rows done');
  });

  it('shows the first answers as quotations, a line for each column', () => {
    expect(ended(1, 0)).toContain('*Row 2*\n>_title:_ A lamp\n>_selling points:_ warm · small');
  });

  it('tells what the second file is for: to correct what failed, or to go on where it was stopped', () => {
    const files = ['products.results.csv', 'products.todo.csv'].map((name) => ({
      path: `/${name}`,
      name,
      bytes: 1,
    }));
    const told = (failed: number, cancelled: number): string =>
      buildResultsText(aBatch({ counts: { ...noCounts, total: 5, failed, cancelled } }), {
        ...results,
        files,
        unfinished: failed + cancelled,
      });
    expect(told(2, 1)).toContain('The 3 rows without an answer are also in products.todo.csv');
    expect(told(0, 1)).toContain('The 1 row not worked on is also in products.todo.csv: to go on');
  });
});

describe('a refusal', () => {
  it('names the file and the next step', () => {
    const { text } = buildRefusal(aBatch(), { code: 'E_FILE_GONE', params: {} });
    expect(text).toContain('I cannot use *products.csv*.');
    expect(text).toContain('Drop it again');
  });

  it('of a file that is at work leads to its thread', () => {
    const link = 'https://x.slack.com/archives/C1/p1';
    const fault = { code: 'E_ALREADY_RUNNING', params: { id: '7', link } } as const;
    expect(buildRefusal(aBatch(), fault).text).toContain(`<${link}|batch 7>`);
    const odd = { code: 'E_ALREADY_RUNNING', params: { id: '7', link: '<!channel>' } } as const;
    expect(buildRefusal(aBatch(), odd).text).not.toContain('<!channel>');
  });
});

describe.each(languages)('the catalogue in %s', (language) => {
  const words = wordsOf(language);

  it('tells every state of a batch', () => {
    const states = [
      'reading',
      'running',
      'paused',
      'finishing',
      'done',
      'cancelled',
      'refused',
    ] as const;
    const lines = states.map((state) => buildStatus([{ batch: aBatch({ state }) }], language).text);
    expect(new Set(lines).size).toBe(states.length);
  });

  it('welcomes in three lines', () => {
    expect(words.welcome('/batch').split('\n')).toHaveLength(3);
  });

  it('keeps buttons and dialogs inside Slack’s limits', () => {
    const { button } = words;
    expect(button.stop.length).toBeLessThanOrEqual(30);
    expect(button.stopLabel('123456').length).toBeLessThanOrEqual(75);
    expect(button.confirmTitle.length).toBeLessThanOrEqual(100);
    expect(button.confirmText.length).toBeLessThanOrEqual(300);
    expect(button.confirmYes.length).toBeLessThanOrEqual(30);
    expect(button.confirmNo.length).toBeLessThanOrEqual(30);
  });
});

function places(sentence: string): readonly string[] {
  return [...new Set(sentence.match(/\{\w+\}/g))].toSorted();
}

it.each(Object.entries(commandErrors))('%s has the same places in both languages', (code, told) => {
  expect(places(told.zh)).toEqual(places(told.en));
  expect(errorRegistry).toHaveProperty(code);
});
