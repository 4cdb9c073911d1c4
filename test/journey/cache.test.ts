// Equal work is done once: rows that ask the same are served from the cache, and the thread says so.

import { describe, expect, it } from 'vitest';
import { toText, type Delivery } from '../support/journey-thread.ts';
import { useJourneyWorld } from '../support/journey-world.ts';

const world = useJourneyWorld();

/** Requests for rows of `table`, without the bot's own test request. */
function rowsAsked(): number {
  return world().model.calls.filter(({ rowText }) => rowText.includes('sku: S')).length;
}

function titles({ results }: Delivery): readonly (string | undefined)[] {
  return results.records.map((row) => row['title_2']);
}

describe('a file that was worked on before', () => {
  it('comes back without one request to the model, and the thread says so, in either language', async () => {
    const { drop, table } = world();
    const [first] = await (await drop({ files: [table(60)] })).delivered();
    expect(rowsAsked()).toBe(60);
    expect(first.text).not.toContain('cache');

    const thread = await drop({ user: 'boss', files: [table(60, 'again.csv')] });
    const [second] = await thread.delivered();
    expect(rowsAsked()).toBe(60);
    expect(titles(second)).toEqual(titles(first));
    expect(second.text).toContain('60 rows came from the cache');
    expect(toText(await thread.saying('*again.csv is done*'))).toContain('60 rows came from');

    const chinese = await drop({ user: 'wei', files: [table(60)] });
    const [third] = await chinese.delivered();
    expect(third.text).toContain('60 行直接使用了缓存');
    expect(rowsAsked()).toBe(60);
  });

  it('is asked anew with `cache: off`, also in Chinese', async () => {
    const { drop, table } = world();
    await (await drop({ files: [table(8)] })).delivered();
    for (const text of ['cache: off', '缓存：关']) {
      const before = rowsAsked();
      const thread = await drop({ text, files: [table(8)] });
      const [{ text: last }] = await thread.delivered();
      expect(rowsAsked() - before).toBe(8);
      expect(last).not.toContain('came from the cache');
      await thread.saying('Every row is asked anew');
    }
  });

  it('is asked anew with another prompt or another sampling', async () => {
    const { drop, table } = world();
    await (await drop({ files: [table(5)] })).delivered();
    for (const text of ['temperature: 0.7', 'prompt: Name it.', 'columns: title', 'detail: low']) {
      const before = rowsAsked();
      await (await drop({ text, files: [table(5)] })).delivered();
      expect(rowsAsked() - before).toBe(5);
    }
  });
});

describe('equal rows of one file', () => {
  it('cost one request together, and their picture is fetched once', async () => {
    const { drop, table, pictures, model } = world();
    const [header = '', line = ''] = table(1).text.trim().split(/\r?\n/u);
    const same = `${line.replace('S0000001', 'S-same')}?same`;
    const text = [header, ...Array<string>(40).fill(same)].join('\n');
    const fetched = () => pictures.requests.filter((path) => path.includes('?same')).length;
    const before = rowsAsked();

    model.faults.next({ matching: 'S-same', slowMs: 300 });
    const [delivery] = await (await drop({ files: [{ name: 'same.csv', text }] })).delivered();
    expect(new Set(titles(delivery)).size).toBe(1);
    expect(delivery.results.records).toHaveLength(40);
    expect(delivery.text).toContain('39 rows came from the cache');
    expect(rowsAsked() - before).toBe(1);
    expect(fetched()).toBe(1);
  });
});
