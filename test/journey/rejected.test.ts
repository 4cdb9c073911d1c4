// The model server rejects every row of a batch: the batch pauses instead of failing, and says why.

import { expect, it, describe } from 'vitest';
import { toText } from '../support/journey-thread.ts';
import { useJourneyWorld } from '../support/journey-world.ts';

const anyRow = 'sku: S';

describe('a batch of which the model server rejects the first rows', { timeout: 150_000 }, () => {
  const world = useJourneyWorld();

  it('pauses, says what the server said, calls its person, and goes on when it is resumed', async () => {
    const { drop, table, model, batch } = world();
    model.faults.next({ matching: anyRow, status: 400 }, Infinity);
    const thread = await drop({ files: [table(120)] });
    const paused = await thread.saying('Paused since');
    expect(toText(paused)).toContain('all of them alike: “A simulated fault.”');
    expect(toText(paused)).toContain('0 of 120 rows done');
    expect(toText(paused)).not.toContain('failed,');
    await thread.saying('is paused until somebody looks at it');
    expect(await batch('status')).toContain('the model server refuses its rows');

    model.faults.clear();
    expect(await batch('resume')).toContain('goes on');
    const [{ results, text }] = await thread.delivered();
    expect(results.records.map((row) => row['status'])).toEqual(Array(120).fill('done'));
    expect(text).toContain('all 120 rows');
    expect(
      thread.replies().filter((reply) => reply.text.includes('until somebody looks')),
    ).toHaveLength(1);
  });

  it('pauses also where the batch is small or all its rows ask the same, and can be stopped', async () => {
    const { drop, table, model, batch } = world();
    model.faults.next({ matching: anyRow, status: 422 }, Infinity);
    const small = await drop({ text: 'cache: off', files: [table(3)] });
    await small.saying('Paused since');
    await batch('cancel');
    const [stopped] = await small.delivered();
    expect(stopped.results.records.map((row) => row['status'])).toEqual(Array(3).fill('cancelled'));

    const { text } = table(1);
    const [header = '', row = ''] = text.split(/\r?\n/u);
    const equal = {
      name: 'equal.csv',
      text: [header, ...Array(30).fill(row.replace('Product 1', 'Lamp')), ''].join('\n'),
    };
    const thread = await drop({ files: [equal] });
    await thread.saying('Paused since');
    model.faults.clear();
    await batch('resume');
    const [{ results }] = await thread.delivered();
    expect(results.records.map((each) => each['status'])).toEqual(Array(30).fill('done'));
  });

  it('fails the rows that are rejected where others are not', async () => {
    const { drop, table, model } = world();
    model.faults.next({ matching: 'S000000', status: 400 }, Infinity);
    const csv = table(60, 'mixed.csv').text;
    const bad = csv.split('\n').filter((line) => line.startsWith('S000000')).length;
    const files = [{ name: 'mixed.csv', text: csv }];
    const thread = await drop({ text: 'cache: off', files });
    const [{ results }] = await thread.delivered();
    const failed = results.records.filter((row) => row['status'] === 'failed');
    expect(failed).toHaveLength(bad);
    expect(failed.every((row) => row['error_code'] === 'E_MODEL_REJECTED')).toBe(true);
  });
});
