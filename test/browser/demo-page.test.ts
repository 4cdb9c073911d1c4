import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleCsv } from '../../src/sandbox/samples/sample-csv.ts';
import { syntheticCsv } from '../../src/sandbox/samples/synthetic-csv.ts';
import {
  dropFile,
  openThread,
  startDemoWorld,
  takeScreenshot,
  type DemoWorld,
} from './demo-world.ts';

let world: DemoWorld;
beforeAll(async () => {
  world = await startDemoWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

function readCsv(text: string): string[][] {
  return parse(text, { bom: true });
}

describe('the page of the demo', () => {
  it('shows a dropped CSV through to its results, which can be looked at and downloaded', async () => {
    const page = await world.open('ada');
    const text = await sampleCsv('products.csv', world.surroundings.pictures);
    const message = await dropFile(page, 'products.csv', text);
    const thread = await openThread(page, message);
    await thread.getByText('Working on products.csv').waitFor();
    await takeScreenshot(page, 'english-progress');

    const results = thread.getByTestId('file').filter({ hasText: 'products.results.csv' });
    await results.waitFor();
    await message.getByTestId('reaction-warning').waitFor();
    await takeScreenshot(page, 'english-results');

    const download = page.waitForEvent('download');
    await results.getByTestId('file-download').click();
    const saved = await (await download).path();
    const [header, ...rows] = readCsv(await readFile(saved, 'utf8'));
    expect(header?.slice(-3)).toEqual(['status', 'error_code', 'error']);
    expect(rows).toHaveLength(70);
    expect(rows.filter((row) => row.at(-3) === 'done')).toHaveLength(64);

    await results.getByTestId('file-open').click();
    await page.getByTestId('viewer').getByText('MUG-0100').first().waitFor();
    await takeScreenshot(page, 'english-viewer');
    await page.close();
  });

  it('stops a batch by its button, after asking, and delivers what is finished', async () => {
    const page = await world.open('ada');
    const host = world.surroundings.pictures;
    const text = [...syntheticCsv({ rows: 600, host, pictures: 4 })].join('');
    const message = await dropFile(page, 'autumn.csv', text);
    const thread = await openThread(page, message);
    await thread.getByText(/[1-9]\d* of 600 rows done/).waitFor();

    await thread.getByRole('button', { name: 'Stop' }).click();
    await page.getByTestId('confirm').waitFor();
    await takeScreenshot(page, 'english-confirm');
    await page.getByTestId('confirm-yes').click();
    const results = thread.getByTestId('file').filter({ hasText: 'autumn.results.csv' });
    await results.waitFor();
    await thread.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    expect(await thread.innerText()).toMatch(/autumn\.csv was stopped/);
    await takeScreenshot(page, 'english-stopped');
    await page.close();
  });

  it('speaks Chinese to a person whose Slack is Chinese', async () => {
    const page = await world.open('wei');
    const text = await sampleCsv('商品.csv', world.surroundings.pictures);
    const message = await dropFile(page, '商品.csv', text);
    const thread = await openThread(page, message);
    await takeScreenshot(page, 'chinese-progress');
    await thread.getByTestId('file').filter({ hasText: '商品.results.csv' }).waitFor();
    expect(await thread.innerText()).toMatch(/已完成|完成/);
    await takeScreenshot(page, 'chinese-results');
    await page.close();
  });
});
