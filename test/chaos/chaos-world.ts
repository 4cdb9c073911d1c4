// Everything around the bots of one scenario: a Redis of its own with its append-only file, a Slack
// workspace, a model server, and a proxy before Redis and before the model server.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startModelServer,
  type ModelServer,
  type ModelServerOptions,
} from '../../src/sandbox/model/model-server.ts';
import type { PictureHost } from '../../src/sandbox/pictures/picture-host.ts';
import { startRedis, type RunningRedis } from '../../src/sandbox/redis/redis-server.ts';
import type { Place } from '../../src/sandbox/workspace/person-messages.ts';
import {
  startWorkspace,
  type Workspace,
  type WorkspaceOptions,
} from '../../src/sandbox/workspace/workspace.ts';
import { buildMessage, buildTable } from './dropped-table.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { openLedgerView, type LedgerView } from './ledger-view.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { unlimited } from '../support/unlimited.ts';

/** Rows at the model server at once, over all replicas; every row of these tables has weight 1. */
export const budget = 16;

/** Tokens of the simulated answer to a row. */
const answerTokens = 25;

export const keyPrefix = 'chaos';

export interface ChaosWorldOptions {
  readonly pictures: PictureHost;
  /** Bots that are started; 2 unless told. */
  readonly replicas?: number;
  /** How long the model takes for a row, in milliseconds; at most 16 rows at once. Default 100. */
  readonly rowMs?: number;
  readonly model?: ModelServerOptions;
  readonly workspace?: WorkspaceOptions;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface ChaosWorld extends AsyncDisposable {
  readonly fleet: Fleet;
  readonly redis: RunningRedis;
  readonly redisProxy: TcpProxy;
  readonly model: ModelServer;
  readonly modelProxy: TcpProxy;
  readonly workspace: Workspace;
  readonly pictures: PictureHost;
  readonly ledger: LedgerView;
  /** Drops a table of so many rows into #products. */
  drop(rows: number, user?: string): Promise<Place>;
}

/** Events are sent again sooner than by Slack (1 and 5 minutes), so that a scenario need not wait. */
const retryDelaysMs = [0, 1500, 3000, 5000, 10_000, 20_000];

/** Nothing stays behind where a part does not start. */
export async function startChaosWorld(options: ChaosWorldOptions): Promise<ChaosWorld> {
  await using stack = new AsyncDisposableStack();
  const everySecond = ['--appendfsync', 'everysec'];
  const redis = await startRedis({ appendOnly: true, args: everySecond });
  stack.defer(() => redis.stop());
  const redisProxy = stack.adopt(await startTcpProxy(redis.port), (proxy) => proxy.close());
  // Time for the answer, not for the picture, which a bot would take for a sign of a busy CPU there.
  const times = { imageMs: 0, tokenMs: (options.rowMs ?? 100) / answerTokens, maxRunning: 256 };
  const model = stack.adopt(await startModelServer({ times, ...options.model }), (server) =>
    server.close(),
  );
  const modelProxy = stack.adopt(await startTcpProxy(model.port), (proxy) => proxy.close());
  const workspace = await startWorkspace({
    shareDelayMs: 50,
    retryDelaysMs,
    ...options.workspace,
  });
  stack.defer(() => workspace.close());
  const ledger = stack.adopt(openLedgerView(redis.url, keyPrefix), (view) => view.close());
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-chaos-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));

  const settings = {
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_APP_TOKEN: workspace.appToken,
    SLACK_API_URL: workspace.apiUrl,
    REDIS_URL: `redis://127.0.0.1:${redisProxy.port}`,
    KEY_PREFIX: keyPrefix,
    VLLM_URL: `http://127.0.0.1:${modelProxy.port}`,
    VLLM_MAX_IN_FLIGHT: String(budget),
    IMAGE_ALLOW_HOSTS: options.pictures.host,
    OPS_PORT: '0',
    ...unlimited,
    ...options.settings,
  };
  const secrets = [workspace.botToken, workspace.appToken];
  const fleet = stack.use(createFleet({ settings, directory, secrets }));
  const numbers = Array.from({ length: options.replicas ?? 2 }, (_, number) => number);
  await Promise.all(numbers.map((number) => fleet.start(number)));
  await workspace.waitForBot();
  const { pictures } = options;
  const parts = stack.move();
  return {
    fleet,
    redis,
    redisProxy,
    model,
    modelProxy,
    workspace,
    pictures,
    ledger,
    drop: (rows, user = 'ada') => {
      const file = { name: 'products.csv', bytes: Buffer.from(buildTable(rows, pictures.host)) };
      return workspace.drop({ user, channel: 'products', files: [file], text: buildMessage() });
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
