// From a dropped file to the results file in its thread.

import { describe, expect, it } from 'vitest';
import { sampleCsv } from '../../src/sandbox/samples/sample-csv.ts';
import { parseCsv, toText } from '../support/journey-thread.ts';
import { useJourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const world = useJourneyWorld();

describe('a CSV that is dropped into a channel', () => {
  it('comes back as a results file with every row in order, each with its own answer', async () => {
    const { drop, pictures, textBehind } = world();
    const text = await sampleCsv('products.csv', pictures.host);
    const thread = await drop({ files: [{ name: 'products.csv', text }] });

    const [{ results, todo }] = await thread.delivered();
    const input = parseCsv(text.replace('Office clock, large,', 'Office clock large,'));
    const { records } = results;
    expect(results.name).toBe('products.results.csv');
    expect(records.map((row) => row['sku'])).toEqual(input.map((row) => row['sku']));

    const failed = records.filter((row) => row['status'] === 'failed');
    expect(Object.fromEntries(failed.map((row) => [row['sku'], row['error_code']]))).toEqual({
      'LMP-0301': 'E_IMAGE_HTTP_404',
      'VSE-0302': 'E_IMAGE_NOT_IMAGE',
      'MUG-0303': 'E_ROW_NO_IMAGE',
      'CHR-0304': 'E_URL_BLOCKED',
      'CLK-0306': 'E_ROW_COLUMNS',
      'BTL-0305': 'E_IMAGE_CORRUPT',
    });
    expect(todo?.name).toBe('products.todo.csv');
    expect(todo?.records.map((row) => row['sku'])).toEqual(failed.map((row) => row['sku']));

    const done = records.filter((row) => row['status'] === 'done');
    expect(done).toHaveLength(input.length - failed.length);
    for (const row of done) {
      const asked = textBehind(row['title'] ?? '');
      expect(asked).toContain(`sku: ${row['sku']}\n`);
      expect(asked).toContain(`name: ${row['name']?.replace(/^'/u, '')}\n`);
      expect(row['selling_points']?.split('\n').map(textBehind)).toEqual([asked, asked, asked]);
    }
  });

  it('is answered by eyes, one message that is edited, and one that mentions the uploader once', async () => {
    const { drop, table, workspace } = world();
    const thread = await drop({ files: [table(20)] });
    await until('the eyes', () => thread.reactions().includes('eyes'));

    const [{ text, todo }] = await thread.delivered();
    await until('the eyes give way', () => thread.reactions().join() === 'white_check_mark');
    const progress = await thread.saying('*products.csv is done*');
    expect(toText(progress)).toContain('20 of 20 rows done');
    expect(toText(progress)).toContain('20 rows, pictures from the column `image_url`');
    expect(thread.replies()).toHaveLength(2);
    expect(thread.progress()).toEqual([progress]);

    const mention = `<@${workspace.people.ada.id}>`;
    expect(thread.replies().map(toText).join('\n').split(mention)).toHaveLength(2);
    expect(text).toContain('is done: all 20 rows');
    expect(text.match(/^\*Row \d+\*$/gmu)).toEqual(['*Row 2*', '*Row 3*', '*Row 4*']);
    expect(todo).toBeUndefined();
  });

  it('in a message with others is a batch of its own', async () => {
    const { drop, table } = world();
    const files = [table(5, 'lamps.csv'), table(7, 'mugs.csv'), table(9, 'vases.csv')];
    const thread = await drop({ files });

    const deliveries = await thread.delivered(3);
    const rows = deliveries.map(({ results }) => [results.name, results.records.length]);
    expect(Object.fromEntries(rows)).toEqual({
      'lamps.results.csv': 5,
      'mugs.results.csv': 7,
      'vases.results.csv': 9,
    });
    expect(thread.progress()).toHaveLength(3);
    await until('the eyes give way', () => thread.reactions().join() === 'white_check_mark');
  });

  it('by two people at the same time is two batches that run side by side', async () => {
    const { drop, table, model, textBehind } = world();
    const before = model.calls.length;
    model.faults.next({ slowMs: 100 }, 240);
    const lamps = table(120, 'lamps.csv');
    const mugs = { name: 'mugs.csv', text: table(120).text.replaceAll('S0', 'M0') };
    const threads = await Promise.all([
      drop({ user: 'ada', files: [lamps] }),
      drop({ user: 'boss', files: [mugs] }),
    ]);
    for (const [index, thread] of threads.entries()) {
      const [{ results }] = await thread.delivered();
      expect(results.name).toBe(['lamps.results.csv', 'mugs.results.csv'][index]);
      expect(results.records).toHaveLength(120);
      for (const row of results.records) {
        expect(textBehind(row['title_2'] ?? '')).toContain(`sku: ${row['sku']}\n`);
      }
      expect(thread.deliveries()).toHaveLength(1);
    }
    const order = model.calls.slice(before).map(({ rowText }) => rowText.slice(5, 7));
    expect(order.indexOf('M0')).toBeLessThan(order.lastIndexOf('S0'));
    expect(order.indexOf('S0')).toBeLessThan(order.lastIndexOf('M0'));
  });
});

describe('a CSV that is dropped into a direct message', () => {
  it('comes back there', async () => {
    const { drop, table, workspace } = world();
    const channel = workspace.channels.dm.ada.id;
    const thread = await drop({ channel, files: [table(6)] });
    const [{ results }] = await thread.delivered();
    expect(results.records.map((row) => row['status'])).toEqual(Array(6).fill('done'));
    await until('the eyes give way', () => thread.reactions().join() === 'white_check_mark');
  });
});

describe('what is written beside the CSV', () => {
  it('is the prompt for every row when it says so, with columns and options', async () => {
    const { drop, table, model, textBehind } = world();
    const before = model.calls.length;
    const text = [
      'prompt: Describe {{sku}}, made of {{material}}, in one sentence.',
      'columns: caption, seo_words',
      'max_tokens: 300',
    ].join('\n');
    const thread = await drop({ text, files: [table(8)] });

    const [{ results }] = await thread.delivered();
    for (const row of results.records) {
      const asked = textBehind(row['caption'] ?? '');
      expect(asked).toContain(`Describe ${row['sku']}, made of ${row['material']}, in one`);
      expect(textBehind(row['seo_words'] ?? '')).toBe(asked);
    }
    expect(model.calls.slice(before)).toHaveLength(8);
    expect(Object.keys(results.records[0] ?? {})).not.toContain('selling_points');
    expect(toText(await thread.saying('I follow your prompt'))).toContain('`caption`');
  });

  it('is no prompt when it does not say so, and the thread tells that', async () => {
    const { drop, table } = world();
    const thread = await drop({ text: 'the new lamps, please', files: [table(4)] });
    const [{ results }] = await thread.delivered();
    expect(results.records[0]).toHaveProperty('selling_points');
    await thread.saying('The text of your message is not used as a prompt');
  });

  it('refuses the batch before any row when a column in it does not exist', async () => {
    const { drop, table, model } = world();
    const before = model.calls.length;
    const thread = await drop({ text: 'prompt: What is {{materail}}?', files: [table(4)] });
    const refusal = toText(await thread.saying(':x:'));
    expect(refusal).toContain('materail');
    expect(refusal).toContain('material');
    await until('the cross', () => thread.reactions().join() === 'x');
    expect(model.calls).toHaveLength(before);
    expect(thread.replies()).toHaveLength(1);
  });
});

describe('a person who uses Slack in Chinese', () => {
  it('is answered in Chinese', async () => {
    const { drop, pictures } = world();
    const text = await sampleCsv('商品.csv', pictures.host);
    const thread = await drop({ user: 'wei', files: [{ name: '商品.csv', text }] });
    const [{ text: last, results }] = await thread.delivered();
    expect(last).toMatch(/已完成：共 \d+ 行，成功 \d+ 行，失败 \d+ 行/u);
    expect(Object.keys(results.records[0] ?? {})).toContain('卖点');
    const failed = results.records.filter((row) => row['status'] === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const row of failed) expect(row['error']).toMatch(/\p{Script=Han}/u);
    await thread.saying('已完成*');
    for (const reply of thread.replies()) expect(toText(reply)).not.toMatch(/\b(?:rows|done)\b/u);
  });
});
