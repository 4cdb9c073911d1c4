// A file through the engine without Slack: drop, progress, results on disk.

import { randomUUID } from 'node:crypto';
import { access, constants, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, type Batch } from '../batch/batch.ts';
import {
  ConfigError,
  configExitCode,
  readEngineConfig,
  readEnvironment,
  toSecrets,
} from '../config.ts';
import { startEngine } from '../engine/engine.ts';
import { sentenceOf, toError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { removeKeys } from '../queue/remove-keys.ts';
import { provideRedis } from '../sandbox/redis/redis-server.ts';
import { openStores, type Stores } from '../engine/stores.ts';
import { help, parseBatchOptions, type BatchOptions } from './batch-options.ts';
import { createLocalEdges } from './local-edges.ts';
import { createProgressBar } from './progress-bar.ts';

const pollMs = 300;
const person = 'you';

/** The exit code. */
async function runBatch(options: BatchOptions): Promise<number> {
  for (const file of options.files) await checkFile(file);
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-batch-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const environment = readEnvironment();
  const redis = await provideRedis(environment['REDIS_URL']);
  stack.defer(() => redis.stop());
  const config = readEngineConfig({
    ...environment,
    // An .env made from .env.example holds an empty one.
    LOG_LEVEL: environment['LOG_LEVEL']?.trim() || 'error',
    ...(options.vllm === undefined ? {} : { VLLM_URL: options.vllm }),
    REDIS_URL: redis.url,
    // A run of its own: it shares nothing with a bot on the same Redis.
    KEY_PREFIX: `cli-${randomUUID().slice(0, 8)}`,
    DATA_DIR: dataDir,
  });
  const log = createLogger(config.logLevel, {
    destination: process.stderr,
    secrets: toSecrets(config),
  });
  const stores = stack.use(await openStores(config, log));
  stack.defer(() => removeKeys(stores.store));
  const edges = createLocalEdges({
    out: options.out ?? dirname(resolve(options.files[0])),
    locale: environment['LC_ALL'] ?? environment['LANG'],
    onDelivered: (paths) => {
      for (const path of paths) console.log(`Wrote ${path}`);
    },
  });
  stack.use(await startEngine({ config, log, stores, edges }));
  const id = await drop(options, stores);
  process.once('SIGINT', () => void stores.ledger.cancel(id, person));
  return report(await follow(id, stores));
}

/** A folder would be waited for, as a file that Slack has not handed over yet. */
async function checkFile(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw new Error(`${path} cannot be read. Check the path.`, { cause: error });
  });
  if (!(await stat(path)).isFile())
    throw new Error(`${path} is not a file. Name a CSV, a zip or a picture.`);
}

async function drop({ files, say }: BatchOptions, { ledger }: Stores): Promise<string> {
  const { id } = await ledger.recordDrop({
    key: randomUUID(),
    team: 'cli',
    channel: 'cli',
    messageTs: '0',
    threadTs: '0',
    user: person,
    text: say,
    files: files.map((file) => ({ id: file, name: basename(file) })),
    addressed: true,
  });
  return id;
}

async function follow(id: string, { ledger }: Stores): Promise<Batch> {
  const bar = createProgressBar(process.stderr);
  for (;;) {
    const batch = await ledger.readBatch(id);
    if (batch === undefined) throw new Error('The batch has vanished from Redis. Run it again.');
    bar.show(batch);
    if (batch.pause?.fault !== undefined) {
      // Nobody is here to mend something and resume it.
      console.error(sentenceOf(batch.pause.fault, 'en'));
      await ledger.cancel(id, person);
    }
    if (hasEnded(batch)) {
      bar.end();
      return batch;
    }
    await sleep(pollMs);
  }
}

/** Says how it went; the exit code. */
function report({ state, fault, counts, sums, faultGroups }: Batch): number {
  if (fault !== undefined) {
    console.error(sentenceOf(fault, 'en'));
    return 1;
  }
  const { total, done, failed, cancelled } = counts;
  console.log(`${done} of ${total} rows done, ${failed} failed, ${cancelled} not started.`);
  if (sums.cachedRows > 0)
    console.log(`${sums.cachedRows} of them share the answer of an equal row.`);
  if (sums.animatedPictures > 0) {
    console.log(`Animated pictures of which the first frame was used: ${sums.animatedPictures}.`);
  }
  for (const { count, example, lines, varied } of faultGroups) {
    const eg = varied ? 'for example: ' : '';
    console.log(`  ${count} x ${eg}${sentenceOf(example, 'en')} (row ${lines.join(', ')})`);
  }
  return state === 'done' ? 0 : 1;
}

try {
  const options = parseBatchOptions(process.argv.slice(2));
  if (options === undefined) console.log(help);
  else process.exitCode = await runBatch(options);
} catch (error) {
  console.error(toError(error).message);
  process.exitCode = error instanceof ConfigError ? configExitCode : 1;
}
