// How often the bot edits its messages, with many batches at work at once.

import { expect, it } from 'vitest';
import { startOwnWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const batches = 15;
const editsAMinute = 40;
const editEveryMs = 3_000;

it('a message is edited at most every 3 s, and all messages 40 times a minute', async (test) => {
  await using world = await startOwnWorld(test, { workspace: { rateTiers: true } });
  const { workspace, model, drop, table } = world;
  // Slow enough that the edits of a minute are spent before the batches are done.
  model.faults.next({ slowMs: 1500 }, Infinity);
  const names = Array.from({ length: batches }, (_, index) => `part-${index + 1}.csv`);
  const channels = [workspace.channels.products.id, workspace.channels.dm.ada.id];
  const threads = await Promise.all(
    names.map((name, index) =>
      // The tables differ: the same one twice would be refused.
      drop({
        channel: channels[index % 2] ?? '',
        text: 'cache: off',
        files: [table(40 + index, name)],
      }),
    ),
  );
  const edits = () => workspace.calls.filter(({ method }) => method === 'chat.update');
  await until('the edits of a minute are spent', () => edits().length >= editsAMinute, 60_000);
  model.faults.clear();
  for (const [index, thread] of threads.entries()) {
    const [{ results }] = await thread.delivered(1, 60_000);
    expect(results.records).toHaveLength(40 + index);
  }

  const begun = edits()[0]?.at ?? 0;
  const inMinute = edits().filter(({ at }) => at - begun < 60_000);
  expect(inMinute).toHaveLength(editsAMinute);
  const byMessage = Map.groupBy(edits(), ({ args }) => String(args['ts']));
  for (const calls of byMessage.values()) {
    const pauses = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
    expect(Math.min(...pauses, Infinity)).toBeGreaterThanOrEqual(editEveryMs - 250);
  }
}, 150_000);
