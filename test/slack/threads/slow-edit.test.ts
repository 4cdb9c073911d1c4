// An edit that Slack makes after nobody waits for its answer any more.

import { WebClient } from '@slack/web-api';
import { expect, it, onTestFinished } from 'vitest';
import { startWorkspace } from '../../../src/sandbox/workspace/workspace.ts';
import { toBoltLogger } from '../../../src/slack/clients.ts';
import { showMessage } from '../../../src/slack/threads/progress-message.ts';
import { toMessage } from '../../../src/slack/to-message.ts';
import { aDrop, createLocalMemory, eventually, silent } from '../support.ts';

it.each([
  ['the newest words', 'done'],
  ['the words from before', 'begun'],
])('does not stay where the thread should show %s', async (_what, wanted) => {
  const workspace = await startWorkspace();
  onTestFinished(() => workspace.close());
  const memory = createLocalMemory();
  const client = new WebClient(workspace.botToken, {
    slackApiUrl: workspace.apiUrl,
    logger: toBoltLogger(silent),
    retryConfig: { retries: 0 },
    timeout: 200,
  });
  const needs = { clients: { once: client, steady: client }, memory };
  const { ts, channel } = await workspace.say({ user: 'ada', channel: 'products', text: 'file' });
  const own = { id: '142', drop: { ...aDrop, channel, threadTs: ts } };
  const show = (text: string): Promise<boolean> => showMessage(own, toMessage(text), needs);
  const shown = (): string | undefined => workspace.thread(channel, ts)[1]?.text;

  expect(await show('begun')).toBe(true);
  await memory.writeThread('142', { editedMs: 0 });
  workspace.faults.next('chat.update', { delayMs: 600 });
  await expect(show('half')).rejects.toThrow('timeout');
  expect(await show(wanted)).toBe(false);
  await eventually(shown).toBe('half');

  await memory.writeThread('142', { editedMs: 0 });
  expect(await show(wanted)).toBe(true);
  expect(shown()).toBe(wanted);
});
