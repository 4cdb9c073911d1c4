import { describe, expect, it } from 'vitest';
import { expectNoSecrets, type Spoken } from './expect-no-secrets.ts';

function spoken(parts: { line?: string; args?: object; value?: string }): Spoken {
  const { line = 'ready', args = {}, value = 'row' } = parts;
  const call = { number: 1, method: 'm', at: 0, args: { ...args }, status: 200, ok: true };
  return {
    settings: { SLACK_SIGNING_SECRET: '0123456789abcdef', VLLM_API_KEY: 'key-1' },
    lines: [line],
    workspace: { calls: [call] },
    redis: { dump: async () => Buffer.from(value) },
  };
}

describe('the check that every journey ends with', () => {
  it('passes where no secret was spoken', async () => {
    await expect(expectNoSecrets(spoken({}))).resolves.toBeUndefined();
  });

  it.each([
    [{ line: 'signed with 0123456789abcdef' }, 'SLACK_SIGNING_SECRET stands in the bot’s output'],
    [{ args: { text: 'key-1' } }, 'VLLM_API_KEY stands in a call to Slack'],
    [{ value: 'key-1' }, 'VLLM_API_KEY stands in Redis'],
    [{ line: 'xoxb-123456-foreign' }, 'what looks like a token stands in the bot’s output'],
  ])('finds %j', async (parts, told) => {
    await expect(expectNoSecrets(spoken(parts))).rejects.toThrow(told);
  });
});
