// The bot is stopped or killed at the worst moments, and started again.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Thread } from '../support/journey-thread.ts';
import { startOwnWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

/** A killed process's rows and steps are taken over within 15 s; the rest is for a slow machine. */
const recoveryMs = 60_000;
const timeout = 150_000;

/** Every row once, in order, done, with the answer to its own text; one file, one progress message. */
async function expectWholeResults(
  thread: Thread,
  rows: number,
  { textBehind }: JourneyWorld,
): Promise<void> {
  const [{ results }] = await thread.delivered(1, recoveryMs);
  const numbers = results.records.map((row) => Number(row['sku']?.slice(1)));
  expect(numbers).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
  for (const row of results.records) {
    expect(row['status']).toBe('done');
    expect(textBehind(row['title_2'] ?? '')).toContain(`sku: ${row['sku']}\n`);
  }
  const isOver = () => thread.reactions().join() === 'white_check_mark';
  await until('the eyes give way', isOver, recoveryMs);
  expect(thread.deliveries()).toHaveLength(1);
  expect(thread.progress()).toHaveLength(1);
}

describe.concurrent('a bot that goes away and comes back', { timeout }, () => {
  it('finishes a batch in whose middle it was stopped', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, model, bot, startBot } = world;
    model.faults.next({ matching: 'sku: S', slowMs: 400 }, 40);
    const thread = await drop({ files: [table(120)] });
    await until('some rows are at the model server', () => model.running() > 4);

    expect(await bot().stop()).toBe(0);
    const answered = model.calls.filter(({ result }) => result === 200).length;
    expect(model.calls.filter(({ result }) => result === 'disconnected')).toEqual([]);
    expect(answered).toBeLessThan(120);
    await startBot();
    await expectWholeResults(thread, 120, world);
    const asked = model.calls.filter(({ rowText }) => rowText.includes('sku: S'));
    expect(asked, 'no row is asked for twice').toHaveLength(120);
  });

  it('finishes a batch in whose middle it was killed', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, model, holdRowsAfter, killBot, startBot } = world;
    const { held } = holdRowsAfter(30);
    const thread = await drop({ files: [table(120)] });
    await held();
    await killBot();
    model.faults.clear();
    await startBot();
    await expectWholeResults(thread, 120, world);
    // What was at the server when it died is the one cost; each start asks one test question.
    const answers = model.calls.filter(({ result }) => result === 200);
    expect(answers.length).toBeLessThanOrEqual(120 + 16 + 2);
  });

  it('reads a file again that it was killed over', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, workspace, killBot, startBot } = world;
    workspace.faults.next('download', { delayMs: 3_000 });
    const thread = await drop({ files: [table(60)] });
    await until('the drop is recorded', () =>
      workspace.events.every((event) => event.acknowledged),
    );
    await killBot();
    expect(thread.progress()).toEqual([]);
    await startBot();
    await expectWholeResults(thread, 60, world);
  });

  it('takes a file that was dropped while it was away', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, workspace, killBot, startBot } = world;
    await killBot();
    const thread = await drop({ files: [table(10)] });
    expect(workspace.events.map((event) => event.acknowledged)).toEqual([false]);
    await startBot();
    await expectWholeResults(thread, 10, world);
  });

  it('posts the files once when it was killed while it sent them', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, workspace, killBot, startBot } = world;
    workspace.faults.next('upload', { delayMs: 4_000 });
    const thread = await drop({ files: [table(10)] });
    const issued = 'files.getUploadURLExternal';
    await until('an upload begins', () =>
      workspace.calls.some(({ method, ok }) => method === issued && ok),
    );
    await killBot();
    expect(thread.deliveries()).toEqual([]);
    await startBot();
    await expectWholeResults(thread, 10, world);
  });

  it('posts the files once when it was killed before it heard that Slack had them', async (test) => {
    const delayed = { workspace: { shareDelayMs: 1_500 } };
    await using world = await startOwnWorld(test, delayed);
    const { drop, table, workspace, killBot, startBot } = world;
    const complete = 'files.completeUploadExternal';
    workspace.faults.next(complete, { drop: 'after' });
    const thread = await drop({ files: [table(10)] });
    await until('Slack takes the files', () =>
      workspace.calls.some(({ method }) => method === complete),
    );
    await killBot();
    expect(thread.deliveries()).toEqual([]);
    await startBot();
    await expectWholeResults(thread, 10, world);
    expect(workspace.calls.filter(({ method }) => method === complete)).toHaveLength(1);
  });

  it('changes nothing in the results, to the byte', async (test) => {
    await using world = await startOwnWorld(test);
    const { drop, table, holdRowsAfter, model, killBot, startBot } = world;
    const [undisturbed] = await (await drop({ files: [table(60)] })).delivered();
    const { held } = holdRowsAfter(20);
    const thread = await drop({ text: 'cache: off', files: [table(60)] });
    await held();
    await killBot();
    model.faults.clear();
    await startBot();
    const [disturbed] = await thread.delivered(1, recoveryMs);
    expect(toHash(disturbed.results.bytes)).toBe(toHash(undisturbed.results.bytes));
  });
});

function toHash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
