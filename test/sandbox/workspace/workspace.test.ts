import type { App } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';
import { fieldOf, startBolt } from './bolt-app.ts';

const csv = { name: 'shoes.csv', bytes: Buffer.from('sku,image_url\n1,https://x.test/1.jpg\n') };

/** Counts the messages that reach the bot. */
function countMessages(seen: string[]): (app: App) => void {
  return (app) => {
    app.event('message', ({ event, context }) => {
      if ('text' in event) seen.push(`${event.text}#${context.retryNum ?? 0}`);
      return Promise.resolve();
    });
  };
}

function dropOne(workspace: Workspace): Promise<{ channel: string; ts: string }> {
  return workspace.drop({ user: 'ada', channel: 'products', files: [csv] });
}

describe.each(['socket', 'http'] as const)('a real Bolt app in %s mode', (mode) => {
  it('hears a dropped file, answers in its thread, edits the answer and reacts', async () => {
    await using bolt = await startBolt({ mode }, (app) => {
      app.event('message', async ({ event, client }) => {
        if (!('files' in event) || !event.files || 'bot_id' in event) return;
        const { channel, ts } = event;
        await client.reactions.add({ channel, timestamp: ts, name: 'eyes' });
        const text = `got ${event.files[0]?.name}`;
        const answer = await client.apiCall('chat.postMessage', { channel, thread_ts: ts, text });
        await client.chat.update({ channel, ts: fieldOf(answer, 'ts'), text: 'read it' });
      });
    });
    const { workspace } = bolt;
    const { channel, ts } = await dropOne(workspace);
    const [parent, answer] = await workspace.waitFor(() => {
      const thread = workspace.thread(channel, ts);
      return thread[1]?.text === 'read it' && thread;
    });
    const bot = workspace.people.bot.id;
    expect(parent?.reactions).toEqual([{ name: 'eyes', users: [bot], count: 1 }]);
    expect(answer).toMatchObject({ user: bot, thread_ts: ts, edited: { user: bot } });
    await workspace.waitFor(() => workspace.calls.every(({ ok }) => ok));
  });

  it('uploads two files into the thread by the three calls', async () => {
    await using bolt = await startBolt({ mode });
    const { workspace, app } = bolt;
    const { channel, ts } = await dropOne(workspace);
    const file_uploads = ['a.csv', 'b.csv'].map((filename) => ({
      filename,
      file: Buffer.from(`of ${filename}`),
    }));
    const result = await app.client.filesUploadV2({
      channel_id: channel,
      thread_ts: ts,
      initial_comment: 'done',
      file_uploads,
    });
    expect(result.ok).toBe(true);
    const shared = await workspace.waitFor(() => workspace.thread(channel, ts)[1]);
    expect(shared).toMatchObject({ subtype: 'file_share', text: 'done' });
    const contents = shared.files?.map(({ id }) => workspace.file(id).bytes.toString());
    expect(contents).toEqual(['of a.csv', 'of b.csv']);
  });

  it('answers a slash command with its acknowledgement', async () => {
    await using bolt = await startBolt({ mode }, (app) => {
      app.command('/batch', ({ ack, command }) => ack(`you asked for ${command.text}`));
    });
    const asked = { user: 'wei', channel: 'products', command: '/batch', text: 'list' };
    const replies = await bolt.workspace.slash(asked);
    expect(replies).toMatchObject([{ text: 'you asked for list', via: 'ack' }]);
  });

  it('answers a slash command by its response_url after an empty acknowledgement', async () => {
    await using bolt = await startBolt({ mode }, (app) => {
      app.command('/batch', async ({ ack, respond }) => {
        await ack();
        await respond('a moment later');
      });
    });
    const asked = { user: 'ada', channel: 'random', command: '/batch' };
    const replies = await bolt.workspace.slash(asked);
    expect(replies).toMatchObject([{ text: 'a moment later', visible: 'ephemeral' }]);
    expect(bolt.workspace.ephemerals('wei')).toEqual([]);
  });

  it('shows a person that a command was not acknowledged in time', async () => {
    await using bolt = await startBolt({ mode, ackTimeoutMs: 60 }, (app) => {
      app.command('/batch', () => Promise.resolve());
    });
    const asked = { user: 'ada', channel: 'products', command: '/batch' };
    await expect(bolt.workspace.slash(asked)).rejects.toThrow('operation_timeout');
    const unknown = bolt.workspace.slash({ ...asked, command: '/other' });
    await expect(unknown).rejects.toThrow('not a valid command');
  });

  it('hears a button and a menu, and replaces the message by the response_url', async () => {
    await using bolt = await startBolt({ mode }, (app) => {
      app.action({ type: 'block_actions' }, async ({ ack, action, body, respond }) => {
        await ack();
        const chosen = action.type === 'static_select' ? action.selected_option.value : 'pressed';
        const thread = body.container['thread_ts'];
        await respond({ text: `${chosen} in ${thread}`, replace_original: true });
      });
    });
    const { workspace, app } = bolt;
    const { channel, ts } = await dropOne(workspace);
    const option = { text: { type: 'plain_text', text: 'One' }, value: '142' };
    const elements = [
      { type: 'button', action_id: 'stop', value: '7', text: { type: 'plain_text', text: 'Stop' } },
      { type: 'static_select', action_id: 'pick', options: [option] },
    ];
    const post = async (): Promise<string> => {
      const blocks = [{ type: 'actions', elements }];
      const more = { channel, thread_ts: ts, text: 'x', blocks };
      return fieldOf(await app.client.apiCall('chat.postMessage', more), 'ts');
    };
    for (const [actionId, value, text] of [
      ['stop', '7', `pressed in ${ts}`],
      ['pick', '142', `142 in ${ts}`],
    ] as const) {
      const messageTs = await post();
      const click = { user: 'ada', channel, messageTs, actionId, value };
      await workspace.click(click);
      await workspace.waitFor(() => workspace.thread(channel, ts).some((one) => one.text === text));
      await expect(workspace.click(click)).rejects.toThrow('has no');
    }
  });

  it('gets an event again, with the same id, when its acknowledgement was lost', async () => {
    const seen: string[] = [];
    await using bolt = await startBolt({ mode }, countMessages(seen));
    const { workspace } = bolt;
    workspace.faults.ignoreAcks(2);
    await workspace.say({ user: 'ada', channel: 'products', text: 'hello' });
    await workspace.waitFor(() => workspace.events[0]?.acknowledged);
    expect(seen).toEqual(['hello#0', 'hello#1', 'hello#2']);
    expect(workspace.events).toHaveLength(1);
  });

  it('gets an event twice, late, and out of order when asked to', async () => {
    const seen: string[] = [];
    await using bolt = await startBolt({ mode }, countMessages(seen));
    const { workspace } = bolt;
    workspace.faults.duplicateEvents();
    await workspace.say({ user: 'ada', channel: 'products', text: 'twice' });
    await workspace.waitFor(() => seen.length === 2);
    workspace.faults.holdEvents();
    await workspace.say({ user: 'ada', channel: 'products', text: 'first' });
    await workspace.say({ user: 'ada', channel: 'products', text: 'second' });
    workspace.faults.releaseEvents('reverse');
    await workspace.waitFor(() => seen.length === 4);
    // Over HTTP each event is a request of its own, so only a socket keeps the order.
    const late = seen.slice(2);
    const ordered = mode === 'socket' ? late : late.toSorted().toReversed();
    expect(ordered).toEqual(['second#0', 'first#0']);
    await workspace.redeliver();
    await workspace.waitFor(() => seen.length === 5);
    expect(seen[4]).toBe('second#1');
  });

  it('never hears of events that Slack has lost, and can read them still', async () => {
    const seen: string[] = [];
    await using bolt = await startBolt({ mode }, countMessages(seen));
    const { workspace, app } = bolt;
    workspace.faults.loseEvents();
    const lost = await workspace.say({ user: 'ada', channel: 'products', text: 'lost' });
    const deleted = await workspace.say({ user: 'ada', channel: 'products', text: 'deleted' });
    await workspace.deleteMessage(deleted);
    const tries = workspace.events.map(({ attempts, gaveUp }) => `${attempts} ${gaveUp}`);
    expect(tries).toEqual(Array(3).fill('0 true'));
    workspace.faults.clear();
    await workspace.say({ user: 'ada', channel: 'products', text: 'heard' });
    await workspace.waitFor(() => seen.length > 0);
    expect(seen).toEqual(['heard#0']);
    const { messages = [] } = await app.client.conversations.history({ channel: lost.channel });
    expect(messages.map(({ text }) => text)).toEqual(['heard', 'lost']);
  });

  it('finds out from a channel when it was invited, which mentions nobody', async () => {
    await using bolt = await startBolt({ mode }, (app) => {
      app.event('member_joined_channel', () => Promise.resolve());
      app.event('message', () => Promise.resolve());
    });
    const { workspace, app } = bolt;
    await workspace.say({ user: 'ada', channel: 'random', text: 'before' });
    await workspace.invite({ channel: 'random' });
    const { id: channel } = workspace.channels.random;
    const { messages = [] } = await app.client.conversations.history({ channel });
    const { id: user } = workspace.people.bot;
    expect(messages).toMatchObject([{ subtype: 'channel_join', user }, { text: 'before' }]);
    const types = workspace.events.map(({ type }) => type);
    expect(types).toEqual(['message', 'member_joined_channel']);
    await workspace.waitFor(() => workspace.events.every((event) => event.acknowledged));
  });

  it('hears mentions beside messages, edits of its own messages, and invitations', async () => {
    const seen: string[] = [];
    await using bolt = await startBolt({ mode }, (app) => {
      app.event('app_mention', ({ event }) => Promise.resolve(void seen.push(event.text)));
      app.event('member_joined_channel', ({ event }) => {
        seen.push(`joined ${event.channel}`);
        return Promise.resolve();
      });
      app.event('message', ({ event }) => {
        if (event.subtype === 'message_changed') seen.push('changed');
        return Promise.resolve();
      });
    });
    const { workspace, app } = bolt;
    await workspace.say({ user: 'ada', channel: 'random', text: '@darkroom nobody hears' });
    await workspace.invite({ channel: 'random' });
    await workspace.say({ user: 'ada', channel: 'random', text: '@darkroom status' });
    const channel = workspace.channels.random.id;
    const sent = await app.client.apiCall('chat.postMessage', { channel, text: 'one' });
    await app.client.chat.update({ channel, ts: fieldOf(sent, 'ts'), text: 'two' });
    await workspace.waitFor(() => seen.length === 3);
    const mention = `<@${workspace.people.bot.id}> status`;
    expect(seen.toSorted()).toEqual([mention, 'changed', `joined ${channel}`].toSorted());
  });

  it('opens a modal from a message shortcut, refuses a bad entry and takes a good one', async () => {
    const view = {
      type: 'modal' as const,
      callback_id: 'ask',
      title: { type: 'plain_text' as const, text: 'Run' },
      submit: { type: 'plain_text' as const, text: 'Start' },
      blocks: [
        {
          type: 'input' as const,
          block_id: 'prompt',
          label: { type: 'plain_text' as const, text: 'Prompt' },
          element: { type: 'plain_text_input' as const, action_id: 'text' },
        },
      ],
    };
    await using bolt = await startBolt({ mode }, (app) => {
      app.shortcut('run_batch', async ({ ack, client, shortcut }) => {
        await ack();
        await client.views.open({ trigger_id: shortcut.trigger_id, view });
      });
      app.view('ask', ({ ack, view: { state } }) => {
        const value = state.values['prompt']?.['text']?.value;
        if (value === 'good') return ack();
        return ack({ response_action: 'errors', errors: { prompt: 'too short' } });
      });
    });
    const { workspace } = bolt;
    const { channel, ts: messageTs } = await dropOne(workspace);
    await workspace.shortcut({ user: 'ada', channel, messageTs, callbackId: 'run_batch' });
    await workspace.waitFor(() => workspace.modal('ada'));
    const submit = (value: string): ReturnType<Workspace['submitModal']> =>
      workspace.submitModal({
        user: 'ada',
        values: { prompt: { text: { type: 'plain_text_input', value } } },
      });
    expect(await submit('bad')).toEqual({ prompt: 'too short' });
    expect(workspace.modal('ada')).toBeDefined();
    expect(await submit('good')).toBeUndefined();
    expect(workspace.modal('ada')).toBeUndefined();
  });
});

describe('a Socket Mode app whose socket goes away', () => {
  it('connects again and gets as retries what happened while it was gone', async () => {
    const seen: string[] = [];
    await using bolt = await startBolt({}, countMessages(seen));
    const { workspace } = bolt;
    workspace.dropSockets();
    await workspace.waitFor(() => !workspace.connected());
    await workspace.say({ user: 'ada', channel: 'products', text: 'are you there?' });
    await workspace.waitForBot();
    await workspace.waitFor(() => workspace.events[0]?.acknowledged);
    expect(seen).toEqual(['are you there?#1']);
  });

  it('connects again when the server asks it to', async () => {
    await using bolt = await startBolt({});
    const { workspace } = bolt;
    workspace.disconnectSockets();
    await workspace.waitFor(() => !workspace.connected());
    await workspace.waitForBot();
    const opened = workspace.calls.filter(({ method }) => method === 'apps.connections.open');
    expect(opened).toHaveLength(2);
    await workspace.say({ user: 'ada', channel: 'products', text: 'are you back?' });
    await workspace.waitFor(() => workspace.events[0]?.acknowledged);
  });

  it('shows a person that nobody took the command', async () => {
    await using bolt = await startBolt({});
    const { workspace, app } = bolt;
    await app.stop();
    await workspace.waitFor(() => !workspace.connected());
    const asked = { user: 'ada', channel: 'products', command: '/batch' };
    await expect(workspace.slash(asked)).rejects.toThrow('dispatch_failed');
  });
});

describe('a Slack app in HTTP mode', () => {
  it('gets an event again when it answers with an error, until it is too late', async () => {
    const workspace = await startWorkspace({
      mode: 'http',
      retryDelaysMs: [0, 1, 1],
      botEventsUrl: () => 'http://127.0.0.1:9/',
    });
    await workspace.say({ user: 'ada', channel: 'products', text: 'hello' });
    await workspace.waitFor(() => workspace.events[0]?.gaveUp);
    expect(workspace.events[0]).toMatchObject({ attempts: 4, acknowledged: false });
    await workspace.close();
  });
});
