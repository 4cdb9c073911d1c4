// What stands around the bot in the demo: a workspace, a Redis, a model server, a picture host, and the
// bot's settings that lead to them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProfileName, profiles } from '../model/engine.ts';
import { startModelServer } from '../model/model-server.ts';
import { startPictureHost } from '../pictures/picture-host.ts';
import { provideRedis } from '../redis/redis-server.ts';
import { sampleCsv, sampleNames } from '../samples/sample-csv.ts';
import { startWorkspace, type Workspace } from '../workspace/workspace.ts';
import type { DemoOptions } from './demo-options.ts';
import { findFreePort } from './free-port.ts';

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
  const model = await provideModel(options, stack);
  const pictures = await startPictureHost();
  stack.defer(() => pictures.close());
  const eventsUrl = `http://127.0.0.1:${port}/slack/events`;
  const workspace = await startWorkspace({
    mode: options.mode,
    botEventsUrl: () => eventsUrl,
    samples: Object.fromEntries(
      sampleNames.map((name) => [name, () => sampleCsv(name, pictures.host)]),
    ),
  });
  stack.defer(() => workspace.close());
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-demo-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));

  const allowed = [pictures.host, environment['IMAGE_ALLOW_HOSTS'] ?? ''];
  const settings = {
    SLACK_BOT_TOKEN: workspace.botToken,
    ...(options.mode === 'socket'
      ? { SLACK_APP_TOKEN: workspace.appToken }
      : { SLACK_SIGNING_SECRET: workspace.signingSecret, PORT: String(port) }),
    SLACK_API_URL: workspace.apiUrl,
    REDIS_URL: redis.url,
    KEY_PREFIX: `demo-${process.pid}-${Date.now().toString(36)}`,
    ...model.settings,
    IMAGE_ALLOW_HOSTS: allowed.filter((entry) => entry !== '').join(','),
    IMAGE_ALLOW_PRIVATE_CIDRS: environment['IMAGE_ALLOW_PRIVATE_CIDRS'] ?? '',
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

async function provideModel(
  { vllm, gpu }: DemoOptions,
  stack: AsyncDisposableStack,
): Promise<{ settings: Record<string, string>; description: string }> {
  if (vllm !== undefined) {
    const { VLLM_API_KEY: key = '', VLLM_MODEL: name = '' } = process.env;
    const settings = { VLLM_URL: vllm, VLLM_API_KEY: key, VLLM_MODEL: name };
    return { settings, description: `real, at ${vllm}` };
  }
  if (!isProfileName(gpu)) {
    throw new Error(`--gpu is one of ${Object.keys(profiles).join(', ')}, not "${gpu}".`);
  }
  const server = await startModelServer({ profile: gpu });
  stack.defer(() => server.close());
  return {
    settings: { VLLM_URL: server.url },
    description: `SIMULATED, profile ${gpu}: no model runs, answers say "simulated"`,
  };
}
