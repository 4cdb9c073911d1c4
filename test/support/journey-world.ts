// The whole app in a simulated world: the real bot as a child process on the test run's Redis, with a
// workspace, a model server and a picture host in the test's own process.

import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, type TestContext } from 'vitest';
import { startBotProcess, type BotProcess } from '../../src/sandbox/demo/bot-process.ts';
import { findFreePort } from '../../src/sandbox/http/free-port.ts';
import {
  startModelServer,
  type ModelServer,
  type ModelServerOptions,
} from '../../src/sandbox/model/model-server.ts';
import { startPictureHost, type PictureHost } from '../../src/sandbox/pictures/picture-host.ts';
import { syntheticCsv } from '../../src/sandbox/samples/synthetic-csv.ts';
import type { Place, Said } from '../../src/sandbox/workspace/person-messages.ts';
import {
  startWorkspace,
  type Workspace,
  type WorkspaceOptions,
} from '../../src/sandbox/workspace/workspace.ts';
import { expectNoSecrets } from './expect-no-secrets.ts';
import { openThread, type Thread } from './journey-thread.ts';
import { openTestRedis, type TestRedis } from './test-redis.ts';
import { until } from './until.ts';
import { unlimited } from './unlimited.ts';

export interface WorldOptions {
  readonly mode?: 'socket' | 'http';
  readonly workspace?: WorkspaceOptions;
  readonly model?: ModelServerOptions;
  /** How many of them; 1 unless told. */
  readonly models?: number;
  /** More settings of the bot. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Table {
  readonly name: string;
  readonly text: string;
}

export interface Binary {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Dropped extends Omit<Said, 'user' | 'channel'> {
  /** Ada unless told. */
  readonly user?: string;
  /** #products unless told. */
  readonly channel?: string;
  readonly files: readonly (Table | Binary)[];
}

export interface JourneyWorld extends AsyncDisposable {
  readonly workspace: Workspace;
  /** The first of the model servers. */
  readonly model: ModelServer;
  readonly models: readonly ModelServer[];
  readonly pictures: PictureHost;
  readonly redis: TestRedis;
  /** The bot's process as it is now. */
  bot(): BotProcess;
  /** The bot's DATA_DIR. */
  readonly dataDir: string;
  /** Starts the bot again after it was stopped or killed; settles when it is connected. */
  startBot(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** SIGKILL; settles when the workspace has noticed. */
  killBot(): Promise<void>;
  /** Another process beside the bot, with the bot's settings but for these; settles when it is ready. */
  startBeside(settings: Readonly<Record<string, string>>): Promise<BotProcess>;
  drop(dropped: Dropped): Promise<Thread>;
  say(said: Omit<Dropped, 'files'> & { readonly text: string }): Promise<Thread>;
  /** Slack sends the event of this message once more, as it does when it missed the acknowledgement. */
  sendAgain(message: Place): Promise<void>;
  /** `/batch <text>`; what the person is shown. */
  batch(text: string, who?: { user?: string; channel?: string }): Promise<string>;
  /** Lets so many rows be answered and holds all later ones; settles when rows are held. A held request
   *  hangs until the bot gives it up; `model.faults.clear()` lets new ones pass. */
  holdRowsAfter(count: number): { held(): Promise<void> };
  /** A table of products with pictures; every row has a text of its own. */
  table(rows: number, name?: string): Table;
  /** The row's own text that an answer was given to, found by the digits in the answer. */
  textBehind(answer: string): string;
  /** What to read when a test has failed. */
  describe(): string;
}

const logLinesShown = 40;

/** Nothing stays behind where a part does not start. */
export async function startJourneyWorld(options: WorldOptions = {}): Promise<JourneyWorld> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(openTestRedis());
  const model = await startModelServer(options.model);
  stack.defer(() => model.close());
  const models = [model];
  while (models.length < (options.models ?? 1)) {
    const other = await startModelServer(options.model);
    stack.defer(() => other.close());
    models.push(other);
  }
  const pictures = await startPictureHost();
  stack.defer(() => pictures.close());
  const port = await findFreePort();
  const workspace = await startWorkspace({
    mode: options.mode ?? 'socket',
    botEventsUrl: () => `http://127.0.0.1:${port}/slack/events`,
    shareDelayMs: 20,
    ...options.workspace,
  });
  stack.defer(() => workspace.close());
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-test-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const settings = {
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_API_URL: workspace.apiUrl,
    ...(options.mode === 'http'
      ? { SLACK_SIGNING_SECRET: workspace.signingSecret, PORT: String(port) }
      : { SLACK_APP_TOKEN: workspace.appToken }),
    REDIS_URL: redis.url,
    KEY_PREFIX: redis.prefix,
    VLLM_URL: models.map(({ url }) => url).join(','),
    IMAGE_ALLOW_HOSTS: pictures.host,
    VLLM_API_KEY: `key-${randomUUID()}`,
    DATA_DIR: dataDir,
    OPS_PORT: '0',
    ...unlimited,
    ...options.settings,
  };
  const bots = createBots(settings, workspace);
  stack.defer(() => expectNoSecrets({ settings, lines: bots.log(), workspace, redis }));
  stack.defer(() => bots.stop());
  await bots.start();
  const parts = stack.move();
  return {
    workspace,
    model,
    models,
    pictures,
    redis,
    dataDir,
    bot: bots.current,
    startBot: bots.start,
    killBot: bots.kill,
    startBeside: bots.startBeside,
    ...buildVerbs({ workspace, model, pictures }),
    describe: () => bots.log().slice(-logLinesShown).join('\n'),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

interface Bots {
  current(): BotProcess;
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  kill(): Promise<void>;
  startBeside(settings: Readonly<Record<string, string>>): Promise<BotProcess>;
  stop(): Promise<void>;
  log(): readonly string[];
}

/** One bot process after the other. */
function createBots(settings: Readonly<Record<string, string>>, workspace: Workspace): Bots {
  const log: string[] = [];
  const beside: BotProcess[] = [];
  let bot: BotProcess | undefined;
  const current = (): BotProcess => {
    if (bot === undefined) throw new Error('no bot was started');
    return bot;
  };
  const launch = (others: Readonly<Record<string, string>>): BotProcess =>
    startBotProcess({ settings: { ...settings, ...others }, onLine: (line) => log.push(line) });
  const ready = async (process: BotProcess): Promise<void> => {
    const early = await Promise.race([process.ended, waitUntilReady(process)]);
    if (early !== undefined) throw new Error(`the bot ended (${early}):\n${log.join('\n')}`);
  };
  return {
    current,
    log: () => log,
    async start(others = {}) {
      bot = launch(others);
      await ready(bot);
      await workspace.waitForBot(25_000);
    },
    async startBeside(others) {
      const process = launch(others);
      beside.push(process);
      await ready(process);
      return process;
    },
    async kill() {
      await current().kill();
      await until('the workspace notices that the bot is gone', () => !workspace.connected());
    },
    async stop() {
      const all = bot === undefined ? beside : [bot, ...beside];
      await Promise.all(all.map((each) => each.stop()));
    },
  };
}

async function waitUntilReady({ log }: BotProcess): Promise<undefined> {
  await until('the process says that it is ready', () => log.some(isReady), 50_000);
}

function isReady(line: string): boolean {
  return line.includes('Darkroom is ready');
}

type Verbs = Pick<
  JourneyWorld,
  'drop' | 'say' | 'sendAgain' | 'batch' | 'holdRowsAfter' | 'table' | 'textBehind'
>;

function buildVerbs({
  workspace,
  model,
  pictures,
}: Pick<JourneyWorld, 'workspace' | 'model' | 'pictures'>): Verbs {
  const texts = { read: 0, byDigits: new Map<string, string>() };
  return {
    async drop({ files, ...said }) {
      const attached = files.map((file) => ({
        name: file.name,
        bytes: 'bytes' in file ? file.bytes : Buffer.from(file.text),
      }));
      const place = await workspace.drop({ ...usual, ...said, files: attached });
      return openThread(workspace, place);
    },
    say: async (said) => openThread(workspace, await workspace.say({ ...usual, ...said })),
    async sendAgain({ ts }) {
      const isOf = ({ event }: { event?: { ts?: string } }): boolean => event?.ts === ts;
      const sent = workspace.events.find(({ payload }) => isOf(payload));
      if (sent === undefined) throw new Error(`no event of message ${ts} was sent`);
      await workspace.redeliver(sent.eventId);
    },
    async batch(text, who = {}) {
      const replies = await workspace.slash({ ...usual, ...who, command: '/batch', text });
      return replies.map((reply) => reply.text).join('\n');
    },
    holdRowsAfter(count) {
      const before = model.calls.length;
      if (count > 0) model.faults.next({ matching: anyRow }, count);
      model.faults.next({ matching: anyRow, hang: true }, Infinity);
      const answered = () => model.calls.slice(before).filter(({ result }) => result === 200);
      const isHeld = () => answered().length >= count && model.running() > 0;
      return { held: () => until(`rows are held after ${count}`, isHeld).then(() => undefined) };
    },
    table: (rows, name = 'products.csv') => ({
      name,
      text: [...syntheticCsv({ rows, host: pictures.host, pictures: 10 })].join(''),
    }),
    textBehind(answer) {
      for (const { rowText } of model.calls.slice(texts.read))
        texts.byDigits.set(toDigits(rowText), rowText);
      texts.read = model.calls.length;
      const digits = /[0-9a-f]{8}$/u.exec(answer.replace(/ \(\d\)$/u, ''))?.[0] ?? '';
      const text = texts.byDigits.get(digits);
      if (text === undefined) throw new Error(`no request was answered with ${answer}`);
      return text;
    },
  };
}

/** In the text of every row of `table`, and not in the bot's own test request. */
const anyRow = 'sku: S';

const usual = { user: 'ada', channel: 'products' };

function toDigits(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** One world for all tests of a file; faults end with the test that switched them on. */
export function useJourneyWorld(options: WorldOptions = {}): () => JourneyWorld {
  let world: JourneyWorld | undefined;
  const current = (): JourneyWorld => {
    if (world === undefined) throw new Error('the world has not started');
    return world;
  };
  beforeAll(async () => {
    world = await startJourneyWorld(options);
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
  });
  beforeEach((test) => {
    if (world !== undefined) explainFailures(test, world);
  });
  afterEach(() => {
    for (const model of world?.models ?? []) model.faults.clear();
    world?.pictures.faults.clear();
    world?.workspace.faults.clear();
  });
  return current;
}

/** A world for one test, for tests that stop the bot or its surroundings. */
export async function startOwnWorld(
  test: TestContext,
  options: WorldOptions = {},
): Promise<JourneyWorld> {
  const world = await startJourneyWorld(options);
  explainFailures(test, world);
  return world;
}

/** Prints the bot's last words with a test that fails. */
function explainFailures(test: TestContext, world: JourneyWorld): void {
  test.onTestFailed(() => console.log(`The bot's last words:\n${world.describe()}`));
}
