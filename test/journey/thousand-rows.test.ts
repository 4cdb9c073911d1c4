// A thousand rows through three crashes, one of them in the middle of the upload.

import { expect, it } from 'vitest';
import { startOwnWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const rows = 1_000;
/** A killed process's rows and steps are taken over within 15 s; the rest is for a slow machine. */
const patienceMs = 90_000;

it('1,000 rows come back in order, each with its own answer, once, through 3 SIGKILLs', async (test) => {
  await using world = await startOwnWorld(test, { workspace: { shareDelayMs: 1_000 } });
  const { workspace, model, drop, table, textBehind, killBot, startBot } = world;
  const reference = await drop({ user: 'boss', files: [table(rows)] });
  const [undisturbed] = await reference.delivered(1, patienceMs);

  const before = model.calls.length;
  const answered = () => model.calls.slice(before).filter(({ result }) => result === 200).length;
  const thread = await drop({ text: 'cache: off', files: [table(rows)] });
  for (const share of [0.2, 0.6]) {
    await until(`${share} of the rows are answered`, () => answered() > share * rows, patienceMs);
    await killBot();
    await startBot();
  }
  const complete = 'files.completeUploadExternal';
  const completions = () => workspace.calls.filter(({ method }) => method === complete);
  workspace.faults.next(complete, { drop: 'after' });
  await until('Slack takes the files', () => completions().length === 2, patienceMs);
  await killBot();
  expect(thread.deliveries()).toEqual([]);
  await startBot();

  const [{ results, todo }] = await thread.delivered(1, patienceMs);
  const numbers = results.records.map((row) => Number(row['sku']?.slice(1)));
  expect(numbers).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
  for (const row of results.records) {
    expect(row['status']).toBe('done');
    expect(textBehind(row['title_2'] ?? '')).toContain(`sku: ${row['sku']}\n`);
  }
  expect(todo).toBeUndefined();
  expect(results.bytes.equals(undisturbed.results.bytes)).toBe(true);
  const isOver = () => thread.reactions().join() === 'white_check_mark';
  await until('the eyes give way', isOver, patienceMs);
  expect(thread.deliveries()).toHaveLength(1);
  expect(thread.progress()).toHaveLength(1);
  expect(completions()).toHaveLength(2);
}, 240_000);
