// The unfinished rows of a batch once more, by its button: the whole file comes back filled in.

import { beforeEach, describe, expect, it } from 'vitest';
import { toText, type Delivery, type Thread } from '../support/journey-thread.ts';
import { useJourneyWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

/** Every row is done, in the same order, and what was done before is as it was. */
function expectFilledIn(before: Delivery | undefined, after: Delivery | undefined): void {
  const earlier = before?.results.records ?? [];
  const records = after?.results.records ?? [];
  expect(records.map((row) => row['status'])).toEqual(Array(60).fill('done'));
  expect(records.map((row) => row['sku'])).toEqual(earlier.map((row) => row['sku']));
  const isDone = (_: unknown, at: number): boolean => earlier[at]?.['status'] === 'done';
  expect(records.filter(isDone)).toEqual(earlier.filter(isDone));
}

describe('a batch that ended with unfinished rows', { timeout: 150_000 }, () => {
  const world = useJourneyWorld({
    // Enough for whoever may stop a batch to retry one.
    settings: { OPERATORS: 'U00000BOSS1' },
  });
  let start: JourneyWorld;
  beforeEach(() => {
    start = world();
  });

  /** A batch of 60 rows, stopped when 12 of them are done. */
  async function dropAndStop(): Promise<Thread> {
    const { drop, table, holdRowsAfter, workspace, model } = start;
    const { held } = holdRowsAfter(12);
    const thread = await drop({ text: 'cache: off', files: [table(60)] });
    await held();
    const progress = await thread.saying('Stop');
    const { channel } = thread;
    await workspace.click({
      user: 'ada',
      channel,
      messageTs: progress.ts,
      actionId: 'stop_batch',
    });
    await thread.delivered();
    model.faults.clear();
    await thread.saying('Retry 48 rows');
    return thread;
  }

  async function press({ channel, progress }: Thread, user = 'ada'): Promise<void> {
    const messageTs = progress()[0]?.ts ?? '';
    await start.workspace.click({ user, channel, messageTs, actionId: 'retry_batch' });
  }

  it('works on those rows alone, without the file, and gives the whole file back', async () => {
    const { model, workspace } = start;
    const thread = await dropAndStop();
    const [first] = thread.deliveries();
    const before = model.calls.length;
    await press(thread);
    const [, second] = await thread.delivered(2);
    expect(model.calls.length - before).toBe(48);
    expectFilledIn(first, second);
    expect(second?.text).toContain('all 60 rows');
    expect(second?.todo).toBeUndefined();
    // The first results stand as they were; their button has given way to where it went on.
    expect(thread.deliveries()[0]?.text).toBe(first?.text);
    const said = await thread.saying(`Retried by <@${workspace.people.ada.id}> as batch`);
    expect(said.ts).toBe(thread.progress()[0]?.ts);
    expect(toText(said)).not.toContain('Retry 48 rows');
    expect(toText(thread.progress()[1] ?? { text: '' })).toContain('once more');
    await until('the sign', () => thread.reactions().join() === 'white_check_mark');
  });

  it('is retried once, whoever presses how often, and not by others', async () => {
    const { workspace, batch } = start;
    const thread = await dropAndStop();
    const telling = (text: string) =>
      workspace.waitFor(() =>
        [...workspace.ephemerals('wei'), ...workspace.ephemerals('ada')].find((told) =>
          told.text.includes(text),
        ),
      );
    await press(thread, 'wei');
    await telling('才能对批次');
    await Promise.all([press(thread), press(thread, 'boss'), press(thread)]);
    await thread.delivered(2);
    await press(thread).catch(() => undefined);
    expect(thread.deliveries()).toHaveLength(2);
    expect(thread.progress()).toHaveLength(2);
    expect(await batch('list')).toContain('60');
  });

  it('is retried as often as rows are left, also after the bot was killed in between', async () => {
    const { model, holdRowsAfter, killBot, startBot, workspace } = start;
    const thread = await dropAndStop();
    const { held } = holdRowsAfter(10);
    await press(thread);
    await held();
    await killBot();
    model.faults.clear();
    const last = thread.deliveries()[0]?.results.records.at(-1)?.['sku'] ?? '';
    model.faults.next({ matching: `sku: ${last}`, status: 400 }, Infinity);
    await startBot();
    const [, second] = await thread.delivered(2);
    const states = second?.results.records.map((row) => row['status']) ?? [];
    expect(states.filter((state) => state === 'failed')).toHaveLength(1);
    await thread.saying('Retry 1 row');
    model.faults.clear();
    const messageTs = thread.progress()[1]?.ts ?? '';
    const { channel } = thread;
    await workspace.click({ user: 'ada', channel, messageTs, actionId: 'retry_batch' });
    const [, , third] = await thread.delivered(3);
    expect(third?.results.records.map((row) => row['status'])).toEqual(Array(60).fill('done'));
  });
});
