// Who may do what, with the whole app: starting, approving, pausing, purging, and how much one person may.

import { describe, expect, it } from 'vitest';
import { toText, type Thread } from '../support/journey-thread.ts';
import { startOwnWorld, useJourneyWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const operators = { OPERATORS: 'U00000BOSS1', OPS_CHANNEL: 'C000RANDOM1', APPROVAL_ROWS: '20' };
const askAll = 'cache: off';

interface AuditLine {
  readonly event: string;
  readonly by: string;
  readonly batch: string;
  readonly [field: string]: unknown;
}

/** What the bot's present process has put on record. */
function auditOf(world: JourneyWorld): readonly AuditLine[] {
  return world
    .bot()
    .log.filter((line) => line.includes('"audit":true'))
    .map((line): AuditLine => JSON.parse(line));
}

async function findAsked(
  { workspace }: JourneyWorld,
  text: string,
): Promise<{ ts: string; text: string }> {
  return until(`the operators are told of ${text}`, () =>
    workspace.channelMessages('random').find((message) => message.text.includes(text)),
  );
}

async function idIn(thread: Thread): Promise<string> {
  const progress = await until('the progress message', () => thread.progress()[0]);
  return /(?:Batch|批次) (\d+)/u.exec(toText(progress))?.[1] ?? '';
}

async function pressInRandom(
  { workspace }: JourneyWorld,
  user: string,
  button: { readonly messageTs: string; readonly actionId: string },
): Promise<void> {
  await workspace.click({ user, channel: 'random', ...button });
}

describe('a large batch', () => {
  it('waits for an operator over a restart, then runs', async (test) => {
    await using world = await startOwnWorld(test, { settings: operators });
    const { workspace, drop, table, model } = world;
    await workspace.invite({ channel: 'random' });
    const thread = await drop({ text: askAll, files: [table(30)] });
    const asked = await findAsked(world, '30 rows');
    const id = await idIn(thread);
    expect(toText(await until('what it waits for', () => thread.progress()[0]))).toContain(
      'for an operator',
    );

    await world.killBot();
    await world.startBot();
    model.faults.clear();
    expect(model.calls.filter(({ rowText }) => rowText.includes('sku: S'))).toEqual([]);
    await pressInRandom(world, 'boss', { messageTs: asked.ts, actionId: 'approve_batch' });
    const [{ results }] = await thread.delivered();
    expect(results.records.map((row) => row['status'])).toEqual(Array(30).fill('done'));
    const decided = await findAsked(world, 'Approved by');
    expect(decided.ts).toBe(asked.ts);
    expect(auditOf(world)).toEqual([
      expect.objectContaining({
        event: 'approval',
        batch: id,
        by: 'U00000BOSS1',
        uploader: workspace.people.ada.id,
        channel: thread.channel,
        fileHash: expect.stringMatching(/^[0-9a-f]{64}$/u),
        version: expect.stringMatching(/^\d+\.\d+\.\d+/u),
      }),
    ]);
  });

  it('that is declined or stopped does not run; who dropped it is told', async (test) => {
    await using world = await startOwnWorld(test, { settings: operators });
    const { workspace, drop, table, model } = world;
    await workspace.invite({ channel: 'random' });
    const declined = await drop({ text: askAll, files: [table(25)] });
    const asked = await findAsked(world, '25 rows');
    await pressInRandom(world, 'boss', { messageTs: asked.ts, actionId: 'decline_batch' });
    const told = await declined.saying('was not approved');
    expect(told.text).toContain(`<@${workspace.people.ada.id}>`);
    await until('its end', () => declined.reactions().join() === 'octagonal_sign');
    expect(declined.deliveries()).toEqual([]);

    const stopped = await drop({ text: askAll, files: [table(26)] });
    const second = await findAsked(world, '26 rows');
    expect(await world.batch(`cancel ${await idIn(stopped)}`)).toContain('is being stopped');
    await findAsked(world, 'Stopped by');
    const again = { messageTs: second.ts, actionId: 'approve_batch' };
    await expect(pressInRandom(world, 'boss', again)).rejects.toThrow('has no approve_batch');
    expect(model.calls.filter(({ rowText }) => rowText.includes('sku: S'))).toEqual([]);
    expect(auditOf(world).map(({ event }) => event)).toEqual([
      'start',
      'decline',
      'start',
      'cancel',
    ]);
  });
});

describe('starting', () => {
  const world = useJourneyWorld({ settings: operators });

  it('is refused for a guest, who alone hears of it, while the same file runs for a member', async () => {
    const { workspace, drop, table } = world();
    const refused = await drop({ user: 'guest', files: [table(3)] });
    await until('the guest is told', () =>
      workspace
        .ephemerals('guest')
        .find(({ text }) => text.includes('Guests cannot start batches')),
    );
    const thread = await drop({ text: askAll, files: [table(3)] });
    await thread.delivered();
    expect(refused.replies()).toEqual([]);
    expect(refused.reactions()).toEqual([]);
    expect(await world().batch('list')).not.toContain('could not be used');
    expect(auditOf(world())).toContainEqual(
      expect.objectContaining({
        event: 'refusal',
        code: 'E_START_GUEST',
        by: workspace.people.guest.id,
      }),
    );
    expect(auditOf(world())).toContainEqual(
      expect.objectContaining({
        event: 'start',
        by: workspace.people.ada.id,
        rows: 3,
        fileHash: expect.stringMatching(/^[0-9a-f]{64}$/u),
        // No setting names it: it is what the server serves.
        model: expect.stringContaining('Qwen'),
      }),
    );
  });

  it('is refused in a channel that is shared with another organisation, for both sides', async () => {
    const { workspace, drop, table } = world();
    await workspace.invite({ channel: 'partners' });
    const theirs = await drop({ user: 'partner', channel: 'partners', files: [table(3)] });
    await until('the stranger is told', () =>
      workspace
        .ephemerals('partner')
        .find(({ text }) => text.includes('Only members of the workspace')),
    );
    const ours = await drop({ channel: 'partners', files: [table(3)] });
    await until('the member is told', () =>
      workspace
        .ephemerals('ada')
        .find(({ text }) => text.includes('shared with another organisation')),
    );
    expect([...theirs.replies(), ...ours.replies()]).toEqual([]);
    // Nor is anybody invited to start one: who brought the bot in is told the same.
    await until('who invited it is told', () =>
      workspace
        .ephemerals('boss')
        .find(({ text }) => text.includes('shared with another organisation')),
    );
    const said = workspace.channelMessages('partners').map(({ text }) => text);
    expect(said.join()).not.toContain('Hello!');
  });

  it('of a file that is no table of pictures is not even refused', async () => {
    const { workspace, drop } = world();
    const before = workspace.ephemerals('guest').length;
    await drop({ user: 'guest', files: [{ name: 'notes.csv', text: 'day,note\nMon,rain\n' }] });
    await drop({ user: 'guest', text: '', files: [world().table(2)] });
    await until('the second one is answered', () => workspace.ephemerals('guest').length > before);
    const told = workspace.ephemerals('guest').slice(before);
    expect(told.map(({ text }) => text)).toEqual([expect.stringContaining('Guests cannot start')]);
  });
});

describe('a batch at work', () => {
  const world = useJourneyWorld({
    // Held requests are given up after the timeout.
    settings: { BATCHES_PER_PERSON: '1', ROWS_PER_DAY: '100', VLLM_TIMEOUT_S: '5' },
  });

  it('is paused and resumed by its uploader, then purged with all that is kept of it', async () => {
    const { workspace, drop, table, model, redis, holdRowsAfter } = world();
    const { held } = holdRowsAfter(5);
    const thread = await drop({ text: askAll, files: [table(40)] });
    await held();
    const id = await idIn(thread);
    expect(await world().batch(`pause ${id}`, { user: 'guest' })).toContain('Only the person');
    expect(await world().batch(`status ${id}`, { channel: 'random' })).toContain('no batch');
    expect(await world().batch(`pause ${id}`)).toContain('is paused');
    await thread.saying(/Paused since .* by <@U000000ADA1>/u);

    const next = await drop({ text: askAll, files: [table(4, 'next.csv')] });
    model.faults.clear();
    await next.delivered();
    expect(thread.deliveries()).toEqual([]);

    expect(await world().batch(`resume ${id}`)).toContain('goes on');
    const [{ results }] = await thread.delivered();
    expect(results.records.map((row) => row['status'])).toEqual(Array(40).fill('done'));

    await until('its end', () => thread.reactions().join() === 'white_check_mark');
    expect(await world().batch(`purge ${id}`)).toContain('Shall I delete');
    const question = workspace
      .ephemerals('ada')
      .findLast(({ text }) => text.includes('Shall I delete'));
    const button = { messageTs: question?.ts ?? '', actionId: 'purge_batch' };
    await workspace.click({ user: 'ada', channel: 'products', ...button });
    await thread.saying(`Batch ${id} was deleted by`);
    expect(thread.replies()).toHaveLength(1);
    const isOfIt = (key: string): boolean => key.includes(`:batch:${id}:`);
    // What was posted goes first: only Redis knows of it.
    await expect.poll(async () => (await redis.keys()).filter(isOfIt)).toEqual([]);
    expect(await world().batch(`status ${id}`)).toContain(`no batch ${id}`);
    const events = () => auditOf(world()).filter(({ batch }) => batch === id);
    await expect
      .poll(() => events().map(({ event }) => event))
      .toEqual(['start', 'pause', 'resume', 'purge']);
  });

  it('waits for its turn behind another of the same person, and is refused beyond the day’s rows', async () => {
    const { drop, table, model, holdRowsAfter } = world();
    const { held } = holdRowsAfter(0);
    const first = await drop({ text: askAll, files: [table(10)] });
    await held();
    const second = await drop({ text: askAll, files: [table(11)] });
    await second.saying('for its turn');
    const third = await drop({ text: askAll, files: [table(60)] });
    await third.saying(/This file has 60 rows, but of your 100 rows a day 35 are left/u);
    const fourth = await drop({ text: askAll, files: [table(101)] });
    await fourth.saying('raise ROWS_PER_DAY');
    model.faults.clear();
    await first.delivered();
    const [{ results }] = await second.delivered();
    expect(results.records.map((row) => row['status'])).toEqual(Array(11).fill('done'));
  });
});
