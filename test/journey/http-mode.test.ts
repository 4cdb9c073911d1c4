// The same conversation over Slack's HTTP mode, with signed requests.

import { describe, expect, it } from 'vitest';
import { useJourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const world = useJourneyWorld({ mode: 'http' });

describe('in HTTP mode', () => {
  it('a dropped CSV comes back as a results file', async () => {
    const { drop, table, textBehind } = world();
    const thread = await drop({ files: [table(20)] });
    const [{ results }] = await thread.delivered();
    expect(results.records).toHaveLength(20);
    for (const row of results.records) {
      expect(textBehind(row['title_2'] ?? '')).toContain(`sku: ${row['sku']}\n`);
    }
    await until('the eyes give way', () => thread.reactions().join() === 'white_check_mark');
  });

  it('the Stop button stops a batch', async () => {
    const { drop, table, holdRowsAfter, workspace, model } = world();
    const { held } = holdRowsAfter(6);
    const thread = await drop({ text: 'cache: off', files: [table(40)] });
    await held();
    const progress = await thread.saying('Stop');
    const button = { messageTs: progress.ts, actionId: 'stop_batch' };
    await workspace.click({ user: 'ada', channel: thread.channel, ...button });
    const [{ results }] = await thread.delivered();
    expect(results.records.filter((row) => row['status'] === 'done')).toHaveLength(6);
    await until('no request is left at the model server', () => model.running() === 0);
  });

  it('an event that comes twice is one batch', async () => {
    const { drop, sendAgain, table, workspace } = world();
    workspace.faults.duplicateEvents();
    const thread = await drop({ files: [table(5)] });
    await thread.delivered();
    await sendAgain(thread);
    const next = await drop({ files: [table(6)] });
    await next.delivered();
    expect(thread.deliveries()).toHaveLength(1);
    expect(thread.progress()).toHaveLength(1);
  });

  it('a slash command is answered', async () => {
    expect(await world().batch('help')).toContain('`/batch list`');
  });
});
