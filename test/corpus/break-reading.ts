// A file that Darkroom breaks down on whenever it reads it.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readEngineConfig } from '../../src/config.ts';
import { startSpool } from '../../src/engine/start-spool.ts';
import { startSteps } from '../../src/engine/steps.ts';
import { openStores, type Stores } from '../../src/engine/stores.ts';
import { aDrop, silent } from '../slack/support.ts';
import { openTestRedis } from '../support/test-redis.ts';
import type { Outcome } from './entry.ts';

/** More than a step has at once. */
const manyTries = 20;

/** The breakdowns are behind it: a step that kills its process has only its counted tries to show. */
export async function breakReading(): Promise<Outcome> {
  await using server = openTestRedis();
  const config = readEngineConfig({
    REDIS_URL: server.url,
    VLLM_URL: 'http://127.0.0.1:1',
    KEY_PREFIX: server.prefix,
    DATA_DIR: join(tmpdir(), server.prefix),
  });
  await using stores = await openStores(config, silent);
  const { id } = await stores.ledger.recordDrop(aDrop);
  for (let count = 0; count < manyTries; count += 1) {
    await stores.stepTries.begin('read', id, { tries: manyTries, everyMs: undefined });
  }
  const parts = { config, log: silent, stores };
  using spool = startSpool(parts, { fetchFile: breakDown });
  const edges = { deliver: breakDown, languageOf: async () => 'en' as const, linkTo: breakDown };
  await using _ = startSteps(parts, { spool, edges });
  return await refusalOf(id, stores);
}

function breakDown(): never {
  throw new TypeError('the file was read once too often');
}

async function refusalOf(id: string, { ledger }: Stores): Promise<Outcome> {
  for (;;) {
    const batch = await ledger.readBatch(id);
    if (batch?.state !== 'reading') return batch?.fault ?? 'no fault';
    await pause(20);
  }
}
