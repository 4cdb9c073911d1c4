import { expect, it, onTestFinished } from 'vitest';
import { SettingError } from '../../src/errors.ts';
import { startWorkspace } from '../../src/sandbox/workspace/workspace.ts';
import { createSlack } from '../../src/slack/create-slack.ts';
import {
  createLocalMemory,
  createLocalPresence,
  createMemoryDesk,
  noRules,
  silent,
} from './support.ts';

it.each([
  [{ botToken: 'xoxb-wrong' }, /^Slack does not accept SLACK_BOT_TOKEN \(invalid_auth\)/],
  [{ appToken: 'xapp-wrong' }, /^Slack does not accept SLACK_APP_TOKEN \(invalid_auth\)/],
])('a start with %j names the setting that is wrong', async (wrong, reason) => {
  const workspace = await startWorkspace();
  onTestFinished(() => workspace.close());
  const { botToken, appToken, apiUrl } = workspace;
  const start = createSlack({
    config: { mode: 'socket', slashCommand: '/batch', botToken, appToken, apiUrl, ...wrong },
    log: silent,
    desk: createMemoryDesk(),
    rules: noRules,
    memory: createLocalMemory(),
    presence: createLocalPresence(),
    storage: { findTrouble: async () => undefined },
  });
  await expect(start).rejects.toThrow(SettingError);
  await expect(start).rejects.toThrow(reason);
});
