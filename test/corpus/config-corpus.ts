// The installations of the corpus: K1 to K15. They are answered in English to whoever starts Darkroom.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig, readEngineConfig } from '../../src/config.ts';
import { checkDataDir } from '../../src/engine/step-directory.ts';
import { openStores } from '../../src/engine/stores.ts';
import { checkRedis, judgeRedis } from '../../src/queue/check-redis.ts';
import { createRedis } from '../../src/queue/create-redis.ts';
import { startModelServer } from '../../src/sandbox/model/model-server.ts';
import { startRedis } from '../../src/sandbox/redis/redis-server.ts';
import { createModelServer } from '../../src/vllm/model-server.ts';
import { silent } from '../slack/support.ts';
import { openTestRedis } from '../support/test-redis.ts';
import { toEntries, type Entry, type Line, type Outcome } from './entry.ts';

const complete = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  REDIS_URL: 'redis://localhost:6379/0',
  VLLM_URL: 'http://localhost:8000',
};

/** Up to its first full stop or semicolon: what is wrong, without the advice. */
const toHead = (sentence: string): string =>
  /^.*?(?=[.;:] |, such|\.$|$)/su.exec(sentence)?.[0] ?? '';

function problemOf(environment: Readonly<Record<string, string | undefined>>): Outcome {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined);
  try {
    readConfig(Object.fromEntries(given));
  } catch (error) {
    if (error instanceof ConfigError) return toHead(error.problems.join('\n'));
    throw error;
  }
  return 'accepted';
}

const set = (name: string, value: string | undefined) => (): Outcome =>
  problemOf({ ...complete, [name]: value });

const fields = { redis_version: '7.0.15', maxmemory_policy: 'noeviction', aof_enabled: '1' };

const redis =
  (change: Readonly<Record<string, string>>, skewMs = 0) =>
  (): Outcome => {
    const lines = Object.entries({ ...fields, ...change }).map(
      ([name, value]) => `${name}:${value}`,
    );
    const { problems, warnings } = judgeRedis({ info: lines.join('\r\n'), skewMs });
    return toHead([...problems, ...warnings].join('\n'));
  };

async function wrongPassword(): Promise<Outcome> {
  const server = await startRedis();
  const connections = createRedis({ url: server.url.replace('//', '//somebody:wrong@') });
  try {
    const { problems } = await checkRedis(connections);
    return problems.join('\n').replace(/.*(cannot be used: \w+).*/su, '$1');
  } finally {
    await connections.close();
    await server.stop();
  }
}

/** A name in VLLM_MODEL that the server does not serve. */
async function unknownModel(): Promise<Outcome> {
  const simulated = await startModelServer();
  const options = { url: simulated.url, model: 'nobody/serves-this' };
  const server = createModelServer({ ...options, log: silent });
  try {
    return await server.probe(new AbortController().signal);
  } finally {
    await server.close();
    await simulated.close();
  }
}

/** Another version has kept its data under the same prefix. */
async function otherFormat(): Promise<Outcome> {
  await using server = openTestRedis();
  const { url: REDIS_URL, prefix: KEY_PREFIX } = server;
  const config = readEngineConfig({ ...complete, REDIS_URL, KEY_PREFIX });
  const connections = createRedis({ url: REDIS_URL });
  await connections.commands.set(`${KEY_PREFIX}:format`, '99');
  await connections.close();
  try {
    await using _ = await openStores(config, silent);
    return 'accepted';
  } catch (error) {
    return String(error).replace(/^Error: (Another version of Darkroom).*/su, '$1');
  }
}

async function noDirectory(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  try {
    writeFileSync(join(folder, 'file'), '');
    await checkDataDir(join(folder, 'file'));
    return 'accepted';
  } catch (error) {
    return String(error).replace(/^Error: (DATA_DIR cannot be written).*/su, '$1');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function secretFile(): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  try {
    const path = join(folder, 'token');
    writeFileSync(path, 'xoxb-file\r\n');
    const { SLACK_BOT_TOKEN: _, ...rest } = complete;
    return readConfig({ ...rest, SLACK_BOT_TOKEN_FILE: path }).slack.botToken;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const lines: readonly Line[] = [
  ['K1', 'no bot token', 'SLACK_BOT_TOKEN is missing', set('SLACK_BOT_TOKEN', undefined)],
  [
    'K2',
    'an app token for the bot’s',
    'SLACK_BOT_TOKEN must begin with xoxb- ',
    set('SLACK_BOT_TOKEN', 'xapp-1'),
  ],
  [
    'K3',
    'no address of Redis',
    'REDIS_URL must be an address like redis://:password@localhost:6379/0',
    set('REDIS_URL', 'localhost'),
  ],
  [
    'K3',
    'no address of a model server',
    'VLLM_URL must be an address like http://localhost:8000, or several of them, separated by commas',
    set('VLLM_URL', 'localhost:8000'),
  ],
  ...['many', '-1', 'NaN', '0'].map((value): Line => [
    'K4',
    `${value} requests in flight`,
    'VLLM_MAX_IN_FLIGHT must be a whole number from 8 to 4096',
    set('VLLM_MAX_IN_FLIGHT', value),
  ]),
  [
    'K4',
    '1e10 seconds for an answer',
    'VLLM_TIMEOUT_S must be a whole number from 5 to 3600',
    set('VLLM_TIMEOUT_S', '1e10'),
  ],
  ['K5', 'a setting misspelt', 'VLLM_MODLE is not a setting of Darkroom', set('VLLM_MODLE', 'x')],
  ['K7', 'Redis 6.0', 'Redis 6.0.16 is too old', redis({ redis_version: '6.0.16' })],
  [
    'K7',
    'a Redis that evicts',
    'Redis may throw data away (maxmemory-policy allkeys-lru)',
    redis({ maxmemory_policy: 'allkeys-lru' }),
  ],
  [
    'K7',
    'a Redis that keeps nothing',
    'Redis keeps nothing over a crash (no append-only file)',
    redis({ aof_enabled: '0' }),
  ],
  ['K8', 'a wrong password for Redis', 'cannot be used: WRONGPASS', wrongPassword],
  ['K9', 'a model that is not served', 'misconfigured', unknownModel],
  [
    'K10',
    'a clock that is 60 s ahead',
    "This machine's clock and that of Redis differ by 60.0 s",
    redis({}, -60_000),
  ],
  ['K11', 'a folder that cannot be written', 'DATA_DIR cannot be written', noDirectory],
  ['K12', 'data of another version', 'Another version of Darkroom', otherFormat],
  [
    'K13',
    'more rows than any installation takes',
    'MAX_ROWS must be a whole number from 1 to 1000000',
    set('MAX_ROWS', '1000001'),
  ],
  [
    'K14',
    'a secret in a file that is not there',
    'SLACK_APP_TOKEN_FILE cannot be read',
    () =>
      problemOf({ ...complete, SLACK_APP_TOKEN: undefined, SLACK_APP_TOKEN_FILE: '/not/there' }),
  ],
  ['K14', 'a secret in a file with a line end', 'xoxb-file', secretFile],
];

const settled: readonly Entry[] = [
  {
    id: 'K6',
    input: 'a deadline of the model beyond what its place in the limiter lasts',
    settled: 'Leases, beats and expirations are no settings: they follow from VLLM_TIMEOUT_S.',
  },
  {
    id: 'K15',
    input: 'HTTP_PROXY in the environment',
    settled: 'Nothing reads it: pictures and the model server are dialled directly, as checked.',
  },
];

export const configCorpus: readonly Entry[] = [...toEntries('start', lines), ...settled];
