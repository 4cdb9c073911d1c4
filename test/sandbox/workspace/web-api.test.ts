import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';

let workspace: Workspace;
let parent: string;
let reply: string;

beforeAll(async () => {
  workspace = await startWorkspace();
  ({ ts: parent } = await workspace.say({ user: 'ada', channel: 'products', text: 'parent' }));
  ({ ts: reply } = await workspace.say({
    user: 'wei',
    channel: 'products',
    text: 'reply',
    threadTs: parent,
  }));
});
afterAll(() => workspace.close());

interface Answer {
  ok: boolean;
  error?: string;
  channel: string;
  ts: string;
  response_metadata: { next_cursor: string };
  [field: string]: unknown;
}

/** A call as JSON; `token` defaults to the bot's. */
async function call(method: string, args: object, token = workspace.botToken): Promise<Answer> {
  const response = await fetch(workspace.apiUrl + method, {
    method: 'POST',
    body: JSON.stringify(args),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  });
  const answer: Answer = JSON.parse(await response.text());
  return answer;
}

function post(more: object): Promise<Answer> {
  return call('chat.postMessage', { channel: workspace.channels.products.id, ...more });
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

describe('the Web API', () => {
  it('takes form-encoded calls with nested values as JSON text', async () => {
    const blocks = JSON.stringify([section('*hi*')]);
    const response = await fetch(`${workspace.apiUrl}chat.postMessage`, {
      method: 'POST',
      body: new URLSearchParams({ channel: workspace.channels.products.id, text: '[1]', blocks }),
      headers: { authorization: `Bearer ${workspace.botToken}` },
    });
    expect(await response.json()).toMatchObject({
      ok: true,
      message: { text: '[1]', blocks: [{ type: 'section', block_id: expect.any(String) }] },
    });
  });

  it('knows tokens, their kinds, and methods', async () => {
    expect(await call('auth.test', {}, 'xoxb-wrong')).toMatchObject({ error: 'invalid_auth' });
    const app = await call('auth.test', {}, workspace.appToken);
    expect(app).toMatchObject({ error: 'not_allowed_token_type' });
    expect(await call('toString', {})).toMatchObject({ error: 'unknown_method' });
    const ok = await call('auth.test', {});
    expect(ok).toMatchObject({ ok: true, user_id: workspace.people.bot.id });
  });

  it('never logs a token', async () => {
    await call('auth.test', { token: 'xoxb-secret', note: 1 });
    expect(workspace.calls.at(-1)?.args).toEqual({ note: 1 });
  });

  it('refuses a method whose scope was not granted', async () => {
    const narrow = await startWorkspace({ scopes: ['chat:write'] });
    const response = await fetch(`${narrow.apiUrl}users.info`, {
      method: 'POST',
      headers: { authorization: `Bearer ${narrow.botToken}` },
    });
    expect(await response.json()).toMatchObject({ error: 'missing_scope', needed: 'users:read' });
    await narrow.close();
  });

  it.each([
    ['text and blocks both missing', {}, 'no_text'],
    ['a thread that does not exist', { text: 'x', thread_ts: '1.000001' }, 'thread_not_found'],
    ['an unknown channel', { text: 'x', channel: 'C1' }, 'channel_not_found'],
    [
      'metadata without a payload',
      { text: 'x', metadata: { event_type: 'a' } },
      'invalid_metadata_format',
    ],
    [
      'too much rendered text',
      { blocks: Array(5).fill(section('x'.repeat(2900))) },
      'msg_blocks_too_long',
    ],
    ['blocks that are no list', { blocks: {} }, 'invalid_blocks_format'],
  ])('refuses a message with %s', async (_what, args, error) => {
    expect(await post(args)).toMatchObject({ ok: false, error });
  });

  it('refuses a message where the bot is no member, and a reply to a reply', async () => {
    const random = workspace.channels.random.id;
    expect(await post({ channel: random, text: 'x' })).toMatchObject({ error: 'not_in_channel' });
    const nested = await post({ text: 'x', thread_ts: reply });
    expect(nested).toMatchObject({ error: 'cannot_reply_to_message' });
  });

  it('cuts a posted text at 40,000 characters but refuses an edit over 4,000 bytes', async () => {
    const { channel, ts } = await post({ text: 'é'.repeat(40_001) });
    expect(workspace.thread(channel, ts)[0]?.text).toHaveLength(40_000);
    const edit = (text: string): Promise<Answer> => call('chat.update', { channel, ts, text });
    expect(await edit('é'.repeat(2001))).toMatchObject({ error: 'msg_too_long' });
    expect(await edit('é'.repeat(2000))).toMatchObject({ ok: true });
  });

  it('lets an edit without blocks remove them, and only own messages be edited', async () => {
    const { channel, ts } = await post({ text: 'x', blocks: [section('y')] });
    await call('chat.update', { channel, ts, text: 'z' });
    expect(workspace.thread(channel, ts)[0]).not.toHaveProperty('blocks');
    const other = await call('chat.update', { channel, ts: parent, text: 'z' });
    expect(other).toMatchObject({ error: 'cant_update_message' });
    const none = await call('chat.update', { channel, ts: '1.1', text: 'z' });
    expect(none).toMatchObject({ error: 'message_not_found' });
  });

  it('keeps metadata and returns it from a thread only when asked', async () => {
    const metadata = { event_type: 'batch', event_payload: { id: '142' } };
    await post({ text: 'x', thread_ts: parent, metadata });
    const args = { channel: workspace.channels.products.id, ts: parent };
    const plain = await call('conversations.replies', args);
    expect(JSON.stringify(plain)).not.toContain('event_type');
    const full = await call('conversations.replies', { ...args, include_all_metadata: true });
    expect(full['messages']).toMatchObject([{ reply_count: 2 }, { text: 'reply' }, { metadata }]);
  });

  it('pages through a thread, the parent first', async () => {
    const args = { channel: workspace.channels.products.id, ts: parent, limit: 1 };
    const first = await call('conversations.replies', args);
    expect(first).toMatchObject({ has_more: true, messages: [{ ts: parent }, { ts: reply }] });
    const cursor = first.response_metadata.next_cursor;
    const second = await call('conversations.replies', { ...args, cursor });
    expect(second['messages']).toHaveLength(1);
    expect(second['has_more']).toBe(false);
  });

  it('lists the channels that the bot is in, page by page', async () => {
    const types = 'public_channel,private_channel,mpim,im';
    const { channels, people } = workspace;
    const all = await call('users.conversations', { types });
    const dms = Object.values(channels.dm).map(({ id, person }) => ({
      id,
      user: person,
      is_im: true,
    }));
    expect(all['channels']).toMatchObject([{ id: channels.products.id, is_im: false }, ...dms]);
    expect(JSON.stringify(all)).not.toContain('is_member');
    const first = await call('users.conversations', { types, limit: 5 });
    const cursor = first.response_metadata.next_cursor;
    const second = await call('users.conversations', { types, limit: 5, cursor });
    expect(second['channels']).toMatchObject([{ user: people.partner.id }]);
    expect(second.response_metadata.next_cursor).toBe('');
    const usual = await call('users.conversations', {});
    expect(usual['channels']).toHaveLength(1);
    expect(await call('users.conversations', { types: 'im,group' })).toMatchObject({
      error: 'invalid_types',
    });
  });

  it('shows a part of a channel, the newest first and without replies', async () => {
    const channel = workspace.channels.dm.ada.id;
    const say = (text: string, sentMs: number): Promise<{ ts: string }> =>
      workspace.say({ user: 'ada', channel, text, sentMs });
    await say('third', 3_000_000);
    await say('first', 1_000_000);
    const second = await say('second', 2_000_000);
    await workspace.say({ user: 'ada', channel, text: 'reply', threadTs: second.ts });
    const texts = async (args: object): Promise<unknown> => {
      const { messages } = await call('conversations.history', { channel, ...args });
      return Array.isArray(messages) ? messages.map(({ text }) => text) : messages;
    };
    expect(await texts({})).toEqual(['third', 'second', 'first']);
    expect(await texts({ oldest: '1500', latest: '2500.000000' })).toEqual(['second']);
    const page = await call('conversations.history', { channel, oldest: '1500', limit: 1 });
    expect(page).toMatchObject({
      has_more: true,
      messages: [{ text: 'third', ts: expect.stringMatching(/^3000\./u) }],
    });
    const { next_cursor: cursor } = page.response_metadata;
    expect(await texts({ oldest: '1500', limit: 1, cursor })).toEqual(['second']);
    expect(JSON.stringify(page['messages'])).not.toContain('channel');
    const closed = await call('conversations.history', { channel: workspace.channels.random.id });
    expect(closed).toMatchObject({ error: 'not_in_channel' });
  });

  it('gives a locale only with include_locale, and tells admins and guests', async () => {
    const info = (name: 'wei' | 'boss' | 'guest', more = {}): Promise<Answer> =>
      call('users.info', { user: workspace.people[name].id, ...more });
    expect((await info('wei'))['user']).not.toHaveProperty('locale');
    const wei = await info('wei', { include_locale: true });
    expect(wei).toMatchObject({ user: { locale: 'zh-CN', is_admin: false } });
    expect(await info('boss')).toMatchObject({ user: { is_admin: true, is_restricted: false } });
    expect(await info('guest')).toMatchObject({ user: { is_restricted: true } });
    expect(await call('users.info', { user: 'wei' })).toMatchObject({ error: 'user_not_found' });
  });

  it('tells people of other workspaces from its own, and channels that are shared with one', async () => {
    const { people, channels } = workspace;
    const partner = await call('users.info', { user: people.partner.id, include_locale: true });
    expect(partner['user']).toMatchObject({ is_stranger: true, team_id: 'T000LUMEN01' });
    expect(partner['user']).not.toHaveProperty('locale');
    const shared = await call('conversations.info', { channel: channels.partners.id });
    expect(shared).toMatchObject({ channel: { is_ext_shared: true } });
    const own = await call('conversations.info', { channel: channels.products.id });
    expect(own).toMatchObject({ channel: { is_ext_shared: false } });
  });

  it('knows which reactions are there', async () => {
    const item = { channel: workspace.channels.products.id, timestamp: parent };
    const react = (verb: string, name: string): Promise<Answer> =>
      call(`reactions.${verb}`, { ...item, name });
    expect(await react('remove', 'eyes')).toMatchObject({ error: 'no_reaction' });
    expect(await react('add', 'eyes')).toMatchObject({ ok: true });
    expect(await react('add', 'eyes')).toMatchObject({ error: 'already_reacted' });
    expect(await react('add', ':eyes:')).toMatchObject({ error: 'invalid_name' });
    expect(await react('remove', 'eyes')).toMatchObject({ ok: true });
  });

  it('shows an ephemeral message to one person of the channel', async () => {
    const channel = workspace.channels.products.id;
    const user = workspace.people.ada.id;
    await call('chat.postEphemeral', { channel, user, text: 'psst' });
    expect(workspace.ephemerals('ada')).toMatchObject([{ text: 'psst' }]);
    const stranger = await call('chat.postEphemeral', { channel, user: 'U9', text: 'psst' });
    expect(stranger).toMatchObject({ error: 'user_not_in_channel' });
  });

  it('leads a permalink to the page', async () => {
    const args = { channel: workspace.channels.products.id, message_ts: reply };
    const { permalink } = await call('chat.getPermalink', args);
    expect(permalink).toContain(`thread_ts=${parent}`);
    const page = await fetch(String(permalink));
    expect(await page.text()).toContain('<title>Simulated Slack workspace</title>');
  });

  it('keeps Home views and notices a stale hash', async () => {
    const publish = (more: object): Promise<Answer> =>
      call('views.publish', {
        user_id: workspace.people.ada.id,
        view: { type: 'home', blocks: [section('home')] },
        ...more,
      });
    expect(await publish({})).toMatchObject({ ok: true, view: { type: 'home' } });
    expect(await publish({ hash: 'old' })).toMatchObject({ error: 'hash_conflict' });
    const late = await call('views.open', { trigger_id: 'x', view: {} });
    expect(late).toMatchObject({ error: 'invalid_arguments' });
  });
});

describe('the rate tiers', () => {
  it('answer 429 with Retry-After after the calls that a tier allows, for that method alone', async () => {
    const limited = await startWorkspace({ rateTiers: true });
    const headers = { authorization: `Bearer ${limited.botToken}` };
    const hit = (method: string): Promise<Response> =>
      fetch(limited.apiUrl + method, { method: 'POST', headers });
    const statuses: number[] = [];
    for (let count = 0; count < 51; count += 1) statuses.push((await hit('chat.update')).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    const refused = await hit('chat.update');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await hit('chat.delete')).status).toBe(200);
    await limited.close();
  });
});
