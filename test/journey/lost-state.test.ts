// Redis was emptied while batches were at work: their threads say so, from memory or from the disk.

import { describe, expect, it } from 'vitest';
import { toText, type Thread } from '../support/journey-thread.ts';
import { startOwnWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const timeout = 150_000;
const again = 'Please drop the file again';

/** A batch that hangs in its middle. */
async function dropAndHold({ drop, table, holdRowsAfter }: JourneyWorld): Promise<Thread> {
  const rows = holdRowsAfter(10);
  const thread = await drop({ files: [table(60)] });
  await rows.held();
  await thread.saying('of 60 rows done');
  return thread;
}

function isLost(thread: Thread): boolean {
  return thread.replies().some((reply) => toText(reply).includes(again));
}

function isLogged(line: string): boolean {
  return line.includes('"level":"error"') && line.includes('Redis has lost a batch');
}

describe.concurrent('a batch at work whose Redis is emptied', { timeout }, () => {
  it('is said to be lost, and the same file can be dropped again', async (test) => {
    await using world = await startOwnWorld(test);
    const { redis, model, drop, table } = world;
    const thread = await dropAndHold(world);
    await redis.flush();
    await until('the thread says that it is lost', () => isLost(thread));
    await until('the log says it too', () => world.bot().log.some(isLogged));
    model.faults.clear();
    const next = await drop({ files: [table(60)] });
    const [{ results }] = await next.delivered(1, 60_000);
    expect(results.records.map((row) => row['status'])).toEqual(Array(60).fill('done'));
    expect(thread.replies().filter((reply) => toText(reply).includes('I have lost'))).toHaveLength(
      1,
    );
    expect(next.replies().some((reply) => toText(reply).includes('lost'))).toBe(false);
  });

  it('is said to be lost also by a bot that was down meanwhile', async (test) => {
    await using world = await startOwnWorld(test);
    const { redis, startBot, killBot } = world;
    const thread = await dropAndHold(world);
    await killBot();
    await redis.flush();
    await startBot();
    await until('the thread says that it is lost', () => isLost(thread));
    expect(thread.reactions()).not.toContain('white_check_mark');
  });
});
