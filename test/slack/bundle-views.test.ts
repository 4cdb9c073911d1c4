import { describe, expect, it } from 'vitest';
import { noCounts, type Batch } from '../../src/batch/batch.ts';
import type { BundleSummary } from '../../src/batch/table.ts';
import { buildProgress } from '../../src/slack/views/progress.ts';
import { buildResultsText } from '../../src/slack/views/results.ts';
import { aBatch } from './support.ts';

const nothing = { count: 0, names: [] };
const found: BundleSummary = {
  pictures: 5,
  unused: nothing,
  rowsMissing: 0,
  skipped: nothing,
  nested: nothing,
};
const oddName = '<!channel>.jpg';

function batchOf(parts: Partial<BundleSummary>, language: Batch['language'] = 'en'): Batch {
  const table = { columns: ['filename'], imageColumns: [] } as const;
  const { table: usual, summary: usualSummary, ...batch } = aBatch({ language });
  if (usual === undefined || usualSummary === undefined) throw new Error('no table');
  const summary = { ...usualSummary, rows: 3, warnings: [], bundle: { ...found, ...parts } };
  return { ...batch, table: { ...usual, ...table }, summary };
}

const told = (batch: Batch): string => JSON.stringify(buildProgress(batch).blocks);

describe('what was understood of a bundle', () => {
  it.each([
    ['a row each', {}, '5 pictures, a row each', '共 5 张图片，每张一行'],
    ['one alone', { pictures: 1 }, '1 picture, one row', '共 1 张图片，每张一行'],
    [
      'folders',
      { grouping: 'folders' },
      'the pictures of a folder are one row',
      '同一文件夹的图片为一行',
    ],
    ['names', { grouping: 'names' }, 'differ only by the number at the end', '名称仅末尾序号不同'],
    ['how to undo it', { grouping: 'names' }, '`group: off`', '`分组：关`'],
    ['the table', { manifest: 'a.csv' }, '5 pictures came along; `a.csv` says', '由 `a.csv` 指定'],
    [
      'a table alone',
      { pictures: 0, manifest: 'a.csv' },
      '• The rows are those of `a.csv`, which came in the zip',
      '• 数据行来自 zip 中的 `a.csv`',
    ],
    [
      'unused ones',
      { unused: { count: 9, names: ['x', 'y'] } },
      '9 pictures that no row names: `x`, `y` …',
      '9 张图片没有对应的行：`x`、`y` 等',
    ],
    [
      'missing ones',
      { rowsMissing: 1 },
      '1 row names a picture that is not there; it',
      '1 行所写的图片不存在',
    ],
    [
      'several missing',
      { rowsMissing: 2 },
      '2 rows name pictures that are not there; they',
      '2 行所写的图片不存在',
    ],
    [
      'other files',
      { skipped: { count: 1, names: ['a.txt'] } },
      '1 other file is left out: `a.txt`',
      '已忽略 1 个其他文件：`a.txt`',
    ],
    [
      'archives inside',
      { nested: { count: 2, names: ['a.zip'] } },
      '2 archives inside the zip are not opened: `a.zip` …',
      '未打开 zip 中的 2 个压缩包：`a.zip` 等',
    ],
  ] as const)('tells of %s', (_, parts, ...[english, chinese]) => {
    expect(told(batchOf(parts))).toContain(english);
    expect(told(batchOf(parts, 'zh'))).toContain(chinese);
  });

  it('says no name so that Slack takes it for more than a name', () => {
    const names = { count: 1, names: [oddName] };
    const parts = { manifest: oddName, unused: names, skipped: names, nested: names };
    expect(told(batchOf(parts))).not.toContain('<!channel>');
    expect(told(batchOf(parts, 'zh'))).not.toContain('<!channel>');
  });
});

function titled(...names: readonly string[]): string {
  const { drop, ...batch } = batchOf({});
  const dropped = names.map((name) => ({ id: name, name }));
  return buildProgress({ ...batch, drop: { ...drop, files: dropped } }).text;
}

describe('a batch of dropped pictures', () => {
  const files = ['a.results.csv', 'a.todo.csv'].map((name) => ({ path: '/', name, bytes: 1 }));
  const results = { files, rows: 5, unfinished: 2, samples: [] };
  const counts = { ...noCounts, total: 5, done: 3, failed: 2 };

  it('asks for the pictures too where the to-do file is to be dropped again', () => {
    const ended = { ...batchOf({}), counts };
    expect(buildResultsText(ended, results)).toContain('together with the pictures');
    expect(buildResultsText({ ...ended, language: 'zh' }, results)).toContain('连同图片一起');
    expect(buildResultsText(aBatch({ counts }), results)).not.toContain('together');
    const zippedTable = { ...batchOf({ pictures: 0, manifest: 'a.csv' }), counts };
    expect(buildResultsText(zippedTable, results)).not.toContain('together');
  });

  it('is called by its zip, else by its table, else by how many there are', () => {
    expect(titled('list.csv', 'a.jpg', 'shop.zip')).toContain('*Working on shop.zip*');
    expect(titled('a.jpg', 'list.csv')).toContain('*Working on list.csv*');
    expect(titled('a.jpg', 'b.png')).toContain('*Working on 2 pictures*');
    expect(titled('a.jpg')).toContain('*Working on 1 picture*');
  });
});
