// What the benchmarks measure Darkroom in: a Redis, a simulated model server and a picture host, each a
// process of its own, a simulated Slack workspace in this one, and the real bot, started as `npm start` does.

import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startBotProcess, type BotProcess } from '../../src/sandbox/demo/bot-process.ts';
import { provideRedis } from '../../src/sandbox/redis/redis-server.ts';
import type { Place } from '../../src/sandbox/workspace/person-messages.ts';
import { startWorkspace, type Workspace } from '../../src/sandbox/workspace/workspace.ts';
import type { Size } from '../../src/batch/tokens.ts';
import { endWithUs, makeDirectory } from './at-exit.ts';
import { benchTable } from './bench-table.ts';
import { startModelProcess, type ModelOptions, type ModelProcess } from './model-process.ts';
import { startBenchPictureHost, type BenchPictureHost } from './picture-host.ts';
import { parseMetricsUsage, readProcUsage, type Usage } from './process-usage.ts';
import { startRedisRelay } from './redis-relay.ts';
import { unlimited } from '../support/unlimited.ts';

export interface BenchWorldOptions {
  readonly model: ModelOptions;
  /** Of the host's photos; 256x256 unless given. */
  readonly photo?: Size;
  /** More settings of every bot. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The bots reach Redis through a relay that counts their commands. */
  readonly countCommands?: boolean;
}

export interface BenchBot extends AsyncDisposable {
  readonly process: BotProcess;
  usage(): Promise<Usage>;
  /** The text of its /metrics. */
  metrics(): Promise<string>;
}

export interface DroppedBatch extends Place {
  /** Milliseconds since 1970. */
  readonly droppedMs: number;
  /** Settles with the time when the message with the files was there. Rejects after `withinMs`. */
  delivered(withinMs: number): Promise<number>;
}

export interface BenchWorld extends AsyncDisposable {
  readonly workspace: Workspace;
  readonly model: ModelProcess;
  readonly pictures: BenchPictureHost;
  /** A client of the benchmark's own, whose commands do not count. */
  readonly redis: Redis;
  /** Sent by all bots so far; only with `countCommands`. */
  commands(): number;
  /** Starts a bot, several beside each other too; settles when it is ready. */
  startBot(settings?: Readonly<Record<string, string>>): Promise<BenchBot>;
  /** A table of products `first` and following, each with a photo of its own, or all with one. */
  table(rows: number, options?: { first?: number; onePhoto?: boolean }): Buffer;
  drop(table: Buffer, options?: { name?: string; text?: string }): Promise<DroppedBatch>;
}

const startMs = 60_000;
/** Of every key that the bots write. */
export const keyPrefix = 'bench';

/** Nothing stays behind where a part does not start. */
export async function startBenchWorld(options: BenchWorldOptions): Promise<BenchWorld> {
  await using stack = new AsyncDisposableStack();
  // Always one of its own: a person's Redis is not the place for a load test.
  const server = await provideRedis(undefined);
  stack.defer(() => server.stop());
  const redis = stack.adopt(new Redis(server.url), (client) => client.disconnect());
  const relay = options.countCommands ? stack.use(await startRedisRelay(server.url)) : undefined;
  const model = stack.use(await startModelProcess(options.model));
  const pictures = stack.use(
    await startBenchPictureHost(options.photo ?? { width: 256, height: 256 }),
  );
  const workspace = stack.adopt(await startWorkspace(), (each) => each.close());
  const settings = {
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_APP_TOKEN: workspace.appToken,
    SLACK_API_URL: workspace.apiUrl,
    REDIS_URL: relay?.url ?? server.url,
    KEY_PREFIX: keyPrefix,
    VLLM_URL: model.url,
    IMAGE_ALLOW_HOSTS: pictures.host,
    MAX_ROWS: '1000000',
    OPS_PORT: '0',
    ...unlimited,
    ...options.settings,
  };
  const bots = stack.use(new AsyncDisposableStack());
  const parts = stack.move();
  return {
    workspace,
    model,
    pictures,
    redis,
    commands: () => relay?.commands() ?? 0,
    startBot: async (others = {}) => bots.use(await startBot({ ...settings, ...others })),
    table: (rows, { first = 0, onePhoto = false } = {}) => {
      const urlOf = (number: number): string => pictures.urlOf(onePhoto ? 0 : number);
      return Buffer.from([...benchTable({ rows, first, urlOf })].join(''));
    },
    drop: (table, said) => drop(workspace, table, said),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Stops as an operator would stop it; repeatable. */
async function startBot(settings: Readonly<Record<string, string>>): Promise<BenchBot> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await makeDirectory());
  const ready = Promise.withResolvers<string>();
  const bot = startBotProcess({
    settings: { DATA_DIR: directory.path, ...settings },
    onLine: (line) => {
      if (line.includes('Darkroom is ready')) ready.resolve(line);
    },
  });
  endWithUs(bot.child);
  stack.defer(async () => void (await bot.stop()));
  const line = await Promise.race([
    ready.promise,
    bot.ended,
    pause(startMs, 'no sign of life', { ref: false }),
  ]);
  if (typeof line !== 'string' || !line.includes('opsPort')) {
    throw new Error(`the bot did not start (${line}):\n${bot.log.slice(-20).join('\n')}`);
  }
  const { opsPort }: { opsPort: number } = JSON.parse(line);
  const metrics = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
  const parts = stack.move();
  return {
    process: bot,
    metrics,
    usage: async () =>
      (await readProcUsage(bot.child.pid ?? 0)) ?? parseMetricsUsage(await metrics()),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function drop(
  workspace: Workspace,
  table: Buffer,
  { name = 'products.csv', text = '' }: { name?: string; text?: string } = {},
): Promise<DroppedBatch> {
  const droppedMs = Date.now();
  const said = { user: 'ada', channel: 'products', text };
  const place = await workspace.drop({ ...said, files: [{ name, bytes: table }] });
  const replies = () => workspace.thread(place.channel, place.ts).slice(1);
  return {
    ...place,
    droppedMs,
    async delivered(withinMs) {
      await workspace.waitFor(() => replies().some(({ files = [] }) => files.length > 0), withinMs);
      return Date.now();
    },
  };
}
