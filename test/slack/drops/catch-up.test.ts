import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';
import { createCatchUp, planSweep } from '../../../src/slack/drops/catch-up.ts';
import { createClients } from '../../../src/slack/clients.ts';
import { readIdentity } from '../../../src/slack/identity.ts';
import { createPeople } from '../../../src/slack/people.ts';
import {
  aDrop,
  createLocalMemory,
  createLocalPresence,
  createMemoryDesk,
  csv,
  eventually,
  noRules,
  silent,
  type LocalPresence,
  type MemoryDesk,
} from '../support.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface Scene {
  readonly workspace: Workspace;
  readonly desk: MemoryDesk;
  readonly presence: LocalPresence;
  /** Drops a file so long ago, and nobody hears of it. */
  miss(agoMs: number, said?: Partial<Parameters<Workspace['drop']>[0]>): Promise<{ ts: string }>;
  /** A process connects; settles when it has looked through the channels. */
  connect(): Promise<void>;
  /** The same, where it says that it could not. */
  connectInVain(): Promise<void>;
  names(): (string | undefined)[];
}

/** A workspace whose events reach nobody; nothing was heard for two hours. */
async function createScene(): Promise<Scene> {
  const workspace = await startWorkspace();
  onTestFinished(() => workspace.close());
  workspace.faults.loseEvents();
  const clients = createClients(workspace.botToken, silent, workspace.apiUrl);
  const identity = await readIdentity(clients.steady);
  const desk = createMemoryDesk();
  const presence = createLocalPresence();
  presence.heardMs = Date.now() - 2 * hourMs;
  const lines: string[] = [];
  const needs = {
    identity,
    clients,
    desk,
    presence,
    memory: createLocalMemory(),
    people: createPeople({ client: clients.steady, log: silent, team: identity.team }),
    rules: noRules,
    slashCommand: '/batch',
    log: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }),
    onRecorded: () => {},
    connected: () => true,
    paceMs: 0,
  };
  return {
    workspace,
    desk,
    presence,
    miss: (agoMs, said) =>
      workspace.drop({
        user: 'ada',
        channel: 'products',
        files: [csv()],
        sentMs: Date.now() - agoMs,
        ...said,
      }),
    async connect() {
      const before = presence.heardMs;
      await using _ = createCatchUp(needs);
      await eventually(() => presence.heardMs).not.toBe(before);
    },
    async connectInVain() {
      await using _ = createCatchUp(needs);
      await eventually(() => lines.join()).toContain('could not be looked through');
    },
    names: () => [...desk.batches.values()].map(({ drop }) => drop.files[0]?.name),
  };
}

describe('a process that connects', () => {
  it('takes what was dropped while nobody was there, the oldest first, once', async () => {
    const { workspace, desk, miss, connect, names } = await createScene();
    const second = await miss(30 * minuteMs, { files: [csv('b.csv'), csv('c.csv')], text: 'hi' });
    await miss(60 * minuteMs, { files: [csv('a.csv')] });
    await miss(10 * minuteMs, { user: 'wei', channel: workspace.channels.dm.wei.id });
    await connect();
    expect(names()).toEqual(['a.csv', 'b.csv', 'c.csv', 'products.csv']);
    const { id: channel } = workspace.channels.products;
    const { ts } = second;
    expect(desk.batches.get('3')?.drop).toMatchObject({
      key: `T00DARKRM1:${channel}:${ts}:1`,
      team: 'T00DARKRM1',
      channel,
      messageTs: ts,
      threadTs: ts,
      user: workspace.people.ada.id,
      text: 'hi',
      addressed: false,
    });
    expect(desk.batches.get('4')?.drop).toMatchObject({ addressed: true });
    await connect();
    expect(desk.batches.size).toBe(4);
  });

  it('reads long channels to their end', async () => {
    const { workspace, miss, connect, names } = await createScene();
    await miss(100 * minuteMs, { files: [csv('old.csv')] });
    for (let at = 0; at < 450; at += 1) {
      const sentMs = Date.now() - 50 * minuteMs + at;
      await workspace.say({ user: 'wei', channel: 'products', text: `${at}`, sentMs });
    }
    await connect();
    expect(names()).toEqual(['old.csv']);
    const reads = workspace.calls.filter(({ method }) => method === 'conversations.history');
    expect(reads).toHaveLength(3 + 5);
  });

  it('leaves what is older than the mark, what is gone and what was not for it', async () => {
    const { workspace, miss, connect, names } = await createScene();
    await miss(3 * hourMs, { files: [csv('heard.csv')] });
    const deleted = await miss(20 * minuteMs, { files: [csv('deleted.csv')] });
    await workspace.deleteMessage({ channel: 'products', ...deleted });
    await miss(20 * minuteMs, { files: [{ ...csv('gone.csv'), as: 'tombstone' }] });
    const { ts } = await workspace.say({ user: 'ada', channel: 'products', text: 'look' });
    await miss(0, { threadTs: ts, files: [csv('threaded.csv')] });
    const picture = { name: 'shot.png', bytes: Buffer.from('x'), mimetype: 'image/png' };
    await miss(20 * minuteMs, { files: [picture] });
    await miss(19 * minuteMs, { files: [csv('mine.csv')] });
    await connect();
    expect(names()).toEqual(['mine.csv']);
  });

  it('leaves what stood in a channel before it was invited', async () => {
    const { workspace, miss, connect, names } = await createScene();
    await miss(20 * minuteMs, { channel: 'random', files: [csv('before.csv')] });
    await workspace.invite({ channel: 'random' });
    for (const message of workspace.channelMessages('random')) {
      if (message.subtype === 'channel_join') message.ts = toTs(Date.now() - 15 * minuteMs);
    }
    await miss(12 * minuteMs, { channel: 'random', files: [csv('after.csv')] });
    await connect();
    expect(names()).toEqual(['after.csv']);
  });

  it('leaves a message that its reaction shows to be taken, and not the other half of one', async () => {
    const { workspace, desk, miss, connect, names } = await createScene();
    const reactions = [{ name: 'eyes', users: [workspace.people.bot.id], count: 1 }];
    const react = ({ ts }: { ts: string }): void => {
      const [message] = workspace.thread('products', ts);
      if (message !== undefined) message.reactions = reactions;
    };
    react(await miss(20 * minuteMs, { files: [csv('run.csv')] }));
    react(await miss(20 * minuteMs, { files: [csv('x.csv'), csv('y.csv')] }));
    const half = await miss(20 * minuteMs, { files: [csv('half.csv'), csv('other.csv')] });
    react(half);
    const { ts } = await miss(20 * minuteMs, { files: [csv('liked.csv')] });
    const [liked] = workspace.thread('products', ts);
    if (liked !== undefined) liked.reactions = [{ name: 'eyes', users: ['U1'], count: 1 }];
    const key = `T00DARKRM1:${workspace.channels.products.id}:${half.ts}:0`;
    await desk.recordDrop({ ...aDrop, key });
    await connect();
    expect(names()).toEqual(['products.csv', 'other.csv', 'liked.csv']);
  });

  it('skips nothing where Slack wants it slower or fails in the middle', async () => {
    const { workspace, miss, connect, names } = await createScene();
    await miss(20 * minuteMs, { files: [csv('a.csv')] });
    await miss(20 * minuteMs, { user: 'wei', channel: workspace.channels.dm.wei.id });
    workspace.faults.next('users.conversations', { status: 429, retryAfter: 1 });
    workspace.faults.next('conversations.history', {});
    workspace.faults.next('conversations.history', { status: 429, retryAfter: 1 }, 2);
    workspace.faults.next('conversations.history', { status: 503 });
    await connect();
    expect(names()).toEqual(['a.csv', 'products.csv']);
  });

  it('passes over a channel that Slack refuses', async () => {
    const { workspace, miss, connect, names } = await createScene();
    await miss(20 * minuteMs, { files: [csv('a.csv')] });
    await miss(20 * minuteMs, { user: 'wei', channel: workspace.channels.dm.wei.id });
    workspace.faults.next('conversations.history', { error: 'channel_not_found' });
    await connect();
    expect(names()).toEqual(['products.csv']);
  });

  it.each([
    ['Slack fails', { status: 500 }, 4],
    ['Slack takes the token no longer', { error: 'token_revoked' }, 1],
  ] as const)('keeps its mark where %s, and takes all later', async (_why, fault, times) => {
    const { workspace, presence, miss, connect, connectInVain, names } = await createScene();
    await miss(20 * minuteMs, { user: 'wei', channel: workspace.channels.dm.wei.id });
    const { heardMs } = presence;
    // Of #products and Ada's messages.
    workspace.faults.next('conversations.history', {}, 2);
    workspace.faults.next('conversations.history', fault, times);
    await connectInVain();
    const refused = workspace.calls.filter(({ method, ok }) => method.endsWith('history') && !ok);
    expect(refused).toHaveLength(times);
    expect(presence.heardMs).toBe(heardMs);
    await connect();
    expect(names()).toEqual(['products.csv']);
  });

  it('keeps its mark where a drop cannot be stored', async () => {
    const { desk, presence, miss, connect, connectInVain, names } = await createScene();
    await miss(20 * minuteMs, { files: [csv('a.csv')] });
    const { heardMs } = presence;
    desk.away = true;
    await connectInVain();
    expect(desk.rejected).toBe(1);
    expect(presence.heardMs).toBe(heardMs);
    desk.away = false;
    await connect();
    expect(names()).toEqual(['a.csv']);
  });
});

describe('what is looked through', () => {
  const nowMs = 1_800_000_000_000;

  it('is everything since the mark, but for what is still under way', () => {
    expect(planSweep({ nowMs, heardMs: nowMs - hourMs, sweptMs: 0 })).toEqual({
      fromMs: nowMs - hourMs,
      toMs: nowMs - 10_000,
      nextMs: nowMs - 10_000 - 6 * minuteMs,
    });
  });

  it('goes back a day at most', () => {
    const plan = planSweep({ nowMs, heardMs: nowMs - 72 * hourMs, sweptMs: 0 });
    expect(plan?.fromMs).toBe(nowMs - 24 * hourMs);
  });

  it('is nothing right after the first start, and later nothing from before it', () => {
    expect(planSweep({ nowMs, heardMs: nowMs, sweptMs: 0 })).toBeUndefined();
    const heardMs = nowMs - minuteMs;
    expect(planSweep({ nowMs, heardMs, sweptMs: 0 })).toMatchObject({
      fromMs: heardMs,
      nextMs: heardMs,
    });
  });

  it('begins some minutes ago where the clock was set back', () => {
    const plan = planSweep({ nowMs, heardMs: nowMs + hourMs, sweptMs: nowMs + hourMs });
    expect(plan?.fromMs).toBe(nowMs - 6 * minuteMs);
    expect(plan?.nextMs).toBeLessThan(nowMs);
  });
});

function toTs(ms: number): string {
  return (ms / 1000).toFixed(6);
}
