import { describe, expect, it } from 'vitest';
import { startBolt } from './bolt-app.ts';

describe.each(['socket', 'http'] as const)('a real Bolt app in %s mode', (mode) => {
  it('hears a dropped file, answers in its thread, edits the answer and reacts', async () => {
    await using bolt = await startBolt({ mode }, (app) => {
      app.event('message', async ({ event, client }) => {
        if (!('files' in event) || !event.files || 'bot_id' in event) return;
        await client.reactions.add({ channel: event.channel, timestamp: event.ts, name: 'eyes' });
        const answer = await client.chat.postMessage({
          channel: event.channel,
          thread_ts: event.ts,
          text: `got ${event.files[0]?.name}`,
        });
        await client.chat.update({ channel: event.channel, ts: answer.ts ?? '', text: 'read it' });
      });
    });
    const { workspace } = bolt;
    const file = {
      name: 'shoes.csv',
      bytes: Buffer.from('sku,image_url\n1,https://x.test/1.jpg\n'),
    };
    const { channel, ts } = await workspace.drop({
      user: 'ada',
      channel: 'products',
      files: [file],
    });
    const [parent, answer] = await workspace.waitFor(() => {
      const thread = workspace.thread(channel, ts);
      return thread[1]?.text === 'read it' && thread;
    });
    expect(parent?.reactions).toEqual([
      { name: 'eyes', users: [workspace.people.bot.id], count: 1 },
    ]);
    expect(answer?.edited).toBeDefined();
    await workspace.waitFor(() => workspace.calls.every(({ ok }) => ok));
  });

  it('answers a slash command with its acknowledgement', async () => {
    await using bolt = await startBolt({ mode }, (app) => {
      app.command('/batch', ({ ack, command }) => ack(`you asked for ${command.text}`));
    });
    const replies = await bolt.workspace.slash({
      user: 'wei',
      channel: 'products',
      command: '/batch',
      text: 'list',
    });
    expect(replies.map(({ text, via }) => ({ text, via }))).toEqual([
      { text: 'you asked for list', via: 'ack' },
    ]);
  });
});
