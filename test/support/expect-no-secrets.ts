// What every journey is held to when it is over: that no secret of the installation stands where somebody
// might read it: in the bot's output, in what it said to Slack, in Redis.

import type { Workspace } from '../../src/sandbox/workspace/workspace.ts';
import type { TestRedis } from './test-redis.ts';

export interface Spoken {
  readonly settings: Readonly<Record<string, string>>;
  /** All that the bot's processes wrote to their standard output and error. */
  readonly lines: readonly string[];
  readonly workspace: Pick<Workspace, 'calls'>;
  readonly redis: Pick<TestRedis, 'dump'>;
}

const secretSettings = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'VLLM_API_KEY',
] as const;

/** Also the forms of tokens that are not this installation's: no journey has a reason to hold one. */
const forms = /xox[a-z]-[\w-]{6}|xapp-[\w-]{6}|Bearer [\w.-]{6}/u;

/** Throws with where a secret was found; never with the secret. */
export async function expectNoSecrets({
  settings,
  lines,
  workspace,
  redis,
}: Spoken): Promise<void> {
  const places = {
    'the bot’s output': lines.join('\n'),
    'a call to Slack': JSON.stringify(workspace.calls.map(({ args }) => args)),
    Redis: (await redis.dump()).toString('latin1'),
  };
  for (const [place, text] of Object.entries(places)) {
    for (const name of secretSettings) {
      const secret = settings[name];
      if (secret !== undefined && text.includes(secret))
        throw new Error(`${name} stands in ${place}`);
    }
    if (forms.test(text)) throw new Error(`what looks like a token stands in ${place}`);
  }
}
