// Who may start a batch where.

import { describe, expect, it } from 'vitest';
import type { Drop } from '../../../src/batch/batch.ts';
import type { Rules } from '../../../src/config/rules.ts';
import { toFault } from '../../../src/errors.ts';
import { recordDrops } from '../../../src/slack/drops/record-drops.ts';
import { neededScopes } from '../../../src/slack/watch-access.ts';
import { aDrop, createStage, csv, eventually, silent, type Stage } from '../support.ts';

type Name = 'ada' | 'guest' | 'partner';
type Where = 'products' | 'partners';

async function codeFor(
  stage: Stage,
  { name, where }: { name: Name; where: Where },
): Promise<string | undefined> {
  const { people, channels } = stage.workspace;
  const drop: Drop = { ...aDrop, user: people[name].id, channel: channels[where].id };
  return (await stage.slack.findRefusal(drop))?.code;
}

describe('starting a batch', () => {
  const usual: readonly [Name, Where, string | undefined][] = [
    ['ada', 'products', undefined],
    ['guest', 'products', 'E_START_GUEST'],
    ['ada', 'partners', 'E_START_SHARED'],
    ['partner', 'partners', 'E_START_STRANGER'],
    ['partner', 'products', 'E_START_STRANGER'],
  ];

  it.each(usual)('is answered for %s in %s with %s', async (name, where, code) => {
    await using stage = await createStage();
    expect(await codeFor(stage, { name, where })).toBe(code);
  });

  it.each<[Partial<Rules>, readonly [Name, Where], string | undefined]>([
    [{ allowGuests: true }, ['guest', 'products'], undefined],
    [{ allowGuests: true }, ['partner', 'partners'], 'E_START_STRANGER'],
    [{ allowChannels: ['C00PARTNERS'] }, ['partner', 'partners'], undefined],
    [{ allowChannels: ['C00PARTNERS'] }, ['guest', 'products'], 'E_START_GUEST'],
  ])('with %j is answered for %j with %s', async (rules, [name, where], code) => {
    await using stage = await createStage({ rules });
    expect(await codeFor(stage, { name, where })).toBe(code);
  });

  it('is not decided while Slack does not tell who it is, nor taken for settled', async () => {
    await using stage = await createStage();
    stage.workspace.faults.next('users.info', { error: 'fatal_error' }, 1);
    await expect(codeFor(stage, { name: 'ada', where: 'products' })).rejects.toThrow('fatal_error');
    expect(await codeFor(stage, { name: 'ada', where: 'products' })).toBeUndefined();
  });

  it.each([
    ['users.info', { error: 'token_revoked' }],
    ['conversations.info', { error: 'invalid_auth' }],
  ])('is not decided while Slack does not take the token (%s)', async (method, fault) => {
    await using stage = await createStage();
    stage.workspace.faults.next(method, fault);
    const refusal = codeFor(stage, { name: 'ada', where: 'products' });
    await expect(refusal).rejects.toThrow(fault.error);
  });

  it.each(['users:read', 'channels:read'])(
    'is refused, and Slack’s reason told, without the permission %s',
    async (missing) => {
      const scopes = neededScopes
        .filter((scope) => scope !== missing)
        .filter((scope) => missing === 'users:read' || !/^(groups|im|mpim):read$/u.test(scope));
      await using stage = await createStage({ scopes });
      const { people, channels } = stage.workspace;
      const drop: Drop = { ...aDrop, user: people.ada.id, channel: channels.products.id };
      expect(await stage.slack.findRefusal(drop)).toEqual(
        toFault('E_SLACK_RIGHTS', { reason: `missing_scope: ${missing}` }),
      );
    },
  );

  it('is refused for a person whom Slack does not let this workspace look up', async () => {
    await using stage = await createStage();
    const drop: Drop = {
      ...aDrop,
      user: 'U0NOBODY',
      channel: stage.workspace.channels.products.id,
    };
    expect((await stage.slack.findRefusal(drop))?.code).toBe('E_START_STRANGER');
  });

  it('is asked of this workspace also where somebody of another one drops the file', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    await workspace.invite({ channel: 'partners' });
    const { channel, ts } = await workspace.drop({
      user: 'partner',
      channel: 'partners',
      files: [csv()],
    });
    await eventually(() => desk.batches.size).toBe(1);
    expect(desk.batches.get('1')?.drop).toMatchObject({
      team: 'T00DARKRM1',
      key: `T00DARKRM1:${channel}:${ts}:0`,
    });
  });

  it('that is refused is told to the person alone: no message, no sign, no line in the list', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    const { channel, ts } = await workspace.drop({
      user: 'guest',
      channel: 'products',
      files: [csv()],
    });
    await eventually(() => desk.batches.size).toBe(1);
    desk.change('1', { state: 'refused', fault: toFault('E_START_GUEST', {}) });
    stage.slack.wake();
    await workspace.waitFor(() =>
      workspace.ephemerals('guest').find(({ text }) => text.includes('Guests cannot start')),
    );
    await eventually(() => stage.memory.unsettled()).toEqual([]);
    expect(workspace.thread(channel, ts)).toHaveLength(1);
    expect(workspace.thread(channel, ts)[0]?.reactions ?? []).toEqual([]);
    const [list] = await workspace.slash({
      user: 'ada',
      channel: 'products',
      command: '/batch',
      text: 'list',
    });
    expect(list?.text).toContain('no batch in this channel');
  });

  it('that is refused is not told so again where Slack sends the message again', async () => {
    await using stage = await createStage();
    const { workspace, desk, memory } = stage;
    await workspace.drop({ user: 'guest', channel: 'products', files: [csv()] });
    await eventually(() => desk.batches.size).toBe(1);
    desk.change('1', { state: 'refused', fault: toFault('E_START_GUEST', {}) });
    stage.slack.wake();
    await workspace.waitFor(() => workspace.ephemerals('guest')[0]);
    await eventually(() => memory.unsettled()).toEqual([]);
    const drop = desk.batches.get('1')?.drop ?? aDrop;
    const needs = { desk, memory, log: silent, onRecorded: () => {} };
    expect(await recordDrops([drop], needs)).toEqual(['1']);
    expect(await memory.unsettled()).toEqual([]);
  });

  it('by the message menu is refused at once, and nothing is recorded', async () => {
    await using stage = await createStage();
    const { workspace, desk } = stage;
    const { channel, ts } = await workspace.drop({
      user: 'ada',
      channel: 'products',
      files: [csv()],
    });
    await eventually(() => desk.batches.size).toBe(1);
    await workspace.shortcut({ user: 'guest', channel, messageTs: ts, callbackId: 'run_batch' });
    await workspace.waitFor(() =>
      workspace.ephemerals('guest').find(({ text }) => text.includes('Guests cannot start')),
    );
    expect(desk.batches.size).toBe(1);
  });
});
