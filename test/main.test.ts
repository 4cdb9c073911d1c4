import { expect, it, onTestFinished } from 'vitest';
import { startBotProcess } from '../src/sandbox/demo/bot-process.ts';
import { startWorkspace } from '../src/sandbox/workspace/workspace.ts';
import { testRedis } from './support/test-redis.ts';

it.each([
  ['SLACK_BOT_TOKEN', 'xoxb-wrong'],
  ['SLACK_APP_TOKEN', 'xapp-wrong'],
])('ends with 78 and a word where Slack does not accept %s', async (name, value) => {
  const workspace = await startWorkspace();
  onTestFinished(() => workspace.close());
  const { url, prefix } = testRedis();
  const bot = startBotProcess({
    settings: {
      SLACK_BOT_TOKEN: workspace.botToken,
      SLACK_APP_TOKEN: workspace.appToken,
      SLACK_API_URL: workspace.apiUrl,
      REDIS_URL: url,
      KEY_PREFIX: prefix,
      VLLM_URL: 'http://127.0.0.1:9',
      OPS_PORT: '0',
      [name]: value,
    },
  });
  onTestFinished(() => bot.kill());
  expect(await bot.ended).toBe(78);
  expect(bot.log.join('\n')).toContain(`Slack does not accept ${name}`);
});
