// The Stop button of a batch, pressed as a person does.

import type { BenchWorld, DroppedBatch } from './bench-world.ts';

/** Waits for the button, where the thread does not show it yet; settles with the time of the click. */
export async function stopBatch(
  { workspace }: BenchWorld,
  { channel, ts }: DroppedBatch,
): Promise<number> {
  const messageTs = await workspace.waitFor(
    () =>
      workspace
        .thread(channel, ts)
        .find(({ blocks }) => JSON.stringify(blocks ?? []).includes('"stop_batch"'))?.ts,
    60_000,
  );
  const clickedMs = Date.now();
  await workspace.click({ user: 'ada', channel, messageTs, actionId: 'stop_batch' });
  return clickedMs;
}
