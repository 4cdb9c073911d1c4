// Redis loses a part of a batch while it is worked on: nothing is posted before what can be had is there, and what
// cannot is said, and comes back by Retry.

import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useJourneyWorld } from '../support/journey-world.ts';

describe('a batch of which Redis has lost a part', { timeout: 120_000 }, () => {
  const world = useJourneyWorld();

  it('works on the rows again whose answers are gone, and reads the file again for those that are', async () => {
    const { drop, table, model, redis, workspace } = world();
    const hold = (sku: string): void =>
      model.faults.next({ matching: `sku: ${sku}`, status: 429 }, Infinity);
    hold('S0000120');
    const thread = await drop({ text: 'cache: off', files: [table(120)] });
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    const key = `${redis.prefix}:batch:1`;
    const readDone = (): Promise<string | null> => client.hget(`${key}:record`, 'done');
    await expect.poll(readDone, { timeout: 30_000 }).toBe('119');

    // The rows 51 to 100, and what became of row 101.
    await client.hdel(`${key}:chunks`, '1');
    await client.hdel(`${key}:outcomes`, '100');
    model.faults.clear();
    hold('S0000101');
    await thread.saying('An internal check failed; 1 row is being worked on again');
    expect(thread.deliveries()).toEqual([]);
    model.faults.clear();
    const [first] = await thread.delivered();
    const states = first.results.records.map((row) => row['error_code'] || row['status']);
    expect(states).toEqual([
      ...Array<string>(50).fill('done'),
      ...Array<string>(50).fill('E_ROW_LOST'),
      ...Array<string>(20).fill('done'),
    ]);

    const progress = await thread.saying('Retry 50 rows');
    const { channel } = thread;
    const click = { user: 'ada', channel, messageTs: progress.ts, actionId: 'retry_batch' };
    await workspace.click(click);
    const [, second] = await thread.delivered(2);
    const records = second?.results.records ?? [];
    expect(records.map((row) => row['status'])).toEqual(Array(120).fill('done'));
    expect(new Set(records.map((row) => row['sku'])).size).toBe(120);
    expect(records[0]).toEqual(first.results.records[0]);
  });
});
