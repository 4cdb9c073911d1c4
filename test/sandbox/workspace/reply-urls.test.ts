import { describe, expect, it } from 'vitest';
import { fieldOf, startBolt } from './bolt-app.ts';

describe('a response_url', () => {
  it('takes five answers and no more', async () => {
    const statuses: number[] = [];
    await using bolt = await startBolt({}, (app) => {
      app.command('/batch', async ({ ack, command }) => {
        await ack();
        for (let count = 1; count <= 6; count += 1) {
          const body = JSON.stringify({ text: `answer ${count}` });
          const response = await fetch(command.response_url, { method: 'POST', body });
          statuses.push(response.status);
        }
      });
    });
    const { workspace } = bolt;
    await workspace.slash({ user: 'ada', channel: 'products', command: '/batch' });
    await workspace.waitFor(() => statuses.length === 6);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(workspace.ephemerals('ada')).toHaveLength(5);
  });

  it('replaces and deletes an ephemeral message with a button', async () => {
    await using bolt = await startBolt({}, (app) => {
      app.action('choose', async ({ ack, respond, body }) => {
        await ack();
        expect(body).not.toHaveProperty('message');
        await respond({ replace_original: true, text: 'chosen' });
        await respond({ delete_original: true });
      });
    });
    const { workspace, app } = bolt;
    const channel = workspace.channels.products.id;
    const text = { type: 'plain_text', text: 'Choose' };
    const blocks = [{ type: 'actions', elements: [{ type: 'button', action_id: 'choose', text }] }];
    const user = workspace.people.ada.id;
    const sent = await app.client.apiCall('chat.postEphemeral', {
      channel,
      user,
      text: 'x',
      blocks,
    });
    const shown: string[] = [];
    workspace.onChange((change) => {
      if (change.kind === 'ephemeral') shown.push(change.ephemeral.text);
    });
    const messageTs = fieldOf(sent, 'message_ts');
    await workspace.click({ user: 'ada', channel, messageTs, actionId: 'choose' });
    await workspace.waitFor(() => workspace.ephemerals('ada').length === 0);
    expect(shown).toEqual(['chosen']);
  });

  it('holds answers to the limits of messages', async () => {
    const problems: unknown[] = [];
    await using bolt = await startBolt({}, (app) => {
      app.command('/batch', async ({ ack, respond }) => {
        await ack();
        await respond({ blocks: [{ type: 'nonsense' }] }).catch((error: unknown) => {
          problems.push(error);
        });
        await respond('still here');
      });
    });
    await bolt.workspace.slash({ user: 'ada', channel: 'products', command: '/batch' });
    expect(problems).toHaveLength(1);
  });
});
