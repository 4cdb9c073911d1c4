// What stands around the bot in the demo: a workspace, a Redis, a model server, a picture host, and the
// bot's settings that lead to them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProfileName, profileNames } from '../model/profiles.ts';
import { startModelServer } from '../model/model-server.ts';
import { startPictureHost } from '../pictures/picture-host.ts';
import { provideRedis } from '../redis/redis-server.ts';
import { removeKeys } from '../redis/remove-keys.ts';
import { sampleCsv, sampleNames } from '../samples/sample-csv.ts';
import { sampleZip, sampleZipName } from '../samples/sample-zip.ts';
import { startWorkspace, type Workspace } from '../workspace/workspace.ts';
import type { DemoOptions } from './demo-options.ts';
import { findFreePort } from '../http/free-port.ts';

export interface Surroundings extends AsyncDisposable {
  readonly workspace: Workspace;
  /** `127.0.0.1:port` of the picture host. */
  readonly pictures: string;
  /** Environment variables for the bot. */
  readonly settings: Readonly<Record<string, string>>;
  /** What is real and what is simulated, a line each. */
  readonly summary: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Starts everything but the bot; nothing stays behind where a part does not start. */
export async function startSurroundings(
  options: DemoOptions,
  environment: Environment,
): Promise<Surroundings> {
  await using stack = new AsyncDisposableStack();
  const port = await findFreePort();
  const redis = await provideRedis(options.redis ?? environment['REDIS_URL']);
  stack.defer(() => redis.stop());
  const keyPrefix = `demo-${process.pid}-${Date.now().toString(36)}`;
  if (!redis.isPrivate) stack.defer(() => removeKeys(redis.url, keyPrefix));
  const model = await provideModel(options, environment, stack);
  const pictures = await startPictureHost();
  stack.defer(() => pictures.close());
  const eventsUrl = `http://127.0.0.1:${port}/slack/events`;
  const workspace = await startWorkspace({
    mode: options.mode,
    botEventsUrl: () => eventsUrl,
    samples: {
      ...Object.fromEntries(
        sampleNames.map((name) => [name, () => sampleCsv(name, pictures.host)]),
      ),
      [sampleZipName]: sampleZip,
    },
  });
  stack.defer(() => workspace.close());
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-demo-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));

  const settings = {
    ...toSlackSettings(workspace, { mode: options.mode, port }),
    ...model.settings,
    ...toPictureSettings(pictures.host, environment),
    REDIS_URL: redis.url,
    KEY_PREFIX: keyPrefix,
    DATA_DIR: dataDir,
    OPS_PORT: '0',
  };
  const parts = stack.move();
  return {
    workspace,
    pictures: pictures.host,
    settings,
    summary: [
      `Slack        simulated, ${options.mode === 'socket' ? 'Socket Mode' : 'HTTP mode'}`,
      `Model server ${model.description}`,
      `Redis        real, ${redis.isPrivate ? 'started for this demo' : 'the one that was named'}`,
      'The bot      real, started from src/main.ts',
    ],
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function toSlackSettings(
  { botToken, appToken, signingSecret, apiUrl, people }: Workspace,
  { mode, port }: { mode: DemoOptions['mode']; port: number },
): Record<string, string> {
  const common = {
    SLACK_BOT_TOKEN: botToken,
    SLACK_API_URL: apiUrl,
    OPERATORS: people.boss.id,
  };
  if (mode === 'socket') return { ...common, SLACK_APP_TOKEN: appToken };
  return { ...common, SLACK_SIGNING_SECRET: signingSecret, PORT: String(port) };
}

/** The demo's own picture host, and what the person's settings name beside it. */
function toPictureSettings(host: string, environment: Environment): Record<string, string> {
  const { IMAGE_ALLOW_HOSTS: others = '', IMAGE_ALLOW_PRIVATE_CIDRS: networks = '' } = environment;
  const hosts = others === '' ? host : `${host},${others}`;
  return { IMAGE_ALLOW_HOSTS: hosts, IMAGE_ALLOW_PRIVATE_CIDRS: networks };
}

async function provideModel(
  { vllm, gpu }: DemoOptions,
  environment: Environment,
  stack: AsyncDisposableStack,
): Promise<{ settings: Record<string, string>; description: string }> {
  if (vllm !== undefined) {
    const own = Object.entries(environment).filter(([name]) => name.startsWith('VLLM_'));
    const settings = { ...Object.fromEntries(own), VLLM_URL: vllm };
    return { settings, description: `real, at ${vllm}` };
  }
  if (!isProfileName(gpu)) {
    throw new Error(`--gpu is one of ${profileNames.join(', ')}, not "${gpu}".`);
  }
  const server = await startModelServer({ profile: gpu });
  stack.defer(() => server.close());
  return {
    settings: { VLLM_URL: server.url },
    description: `SIMULATED at ${server.url}, profile ${gpu}: no model runs, answers say "simulated"`,
  };
}
