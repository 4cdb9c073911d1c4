// Everything that lives in Redis, opened once a process.

import type { EngineConfig } from '../config.ts';
import type { Logger } from '../logger.ts';
import { createAnswerCache, type AnswerCache } from '../queue/answer-cache.ts';
import { createAnnouncements, type Announcements } from '../queue/announcements.ts';
import { checkRedis } from '../queue/check-redis.ts';
import { createRedis, type RedisConnections } from '../queue/create-redis.ts';
import { findFormatProblem } from '../queue/format.ts';
import { createLedger, type Ledger } from '../queue/ledger.ts';
import { createNoteDisk, type NoteDisk } from '../queue/note-disk.ts';
import { openRedisProbe, type RedisProbe } from '../queue/redis-probe.ts';
import { createOutages, type Outages } from '../queue/outages.ts';
import { createStepTries, type StepTries } from '../queue/step-tries.ts';
import { createStore, type Store } from '../queue/store.ts';

export interface Stores extends AsyncDisposable {
  readonly redis: RedisConnections;
  readonly store: Store;
  readonly announcements: Announcements;
  readonly ledger: Ledger;
  readonly answers: AnswerCache;
  readonly stepTries: StepTries;
  readonly outages: Outages;
  readonly noteDisk: NoteDisk;
  /** For whoever watches, and must not wait. */
  readonly probe: RedisProbe;
}

const daySeconds = 24 * 3600;

/** Rejects with a sentence for whoever installs it where this Redis cannot be used. */
export async function openStores(config: EngineConfig, log: Logger): Promise<Stores> {
  const redis = createRedis({
    url: config.redisUrl,
    onState: (state) => log.info({ state }, 'Redis'),
  });
  const { problems, warnings } = await checkRedis(redis);
  for (const warning of warnings) log.warn(warning);
  if (problems.length > 0) {
    await redis.close();
    throw new Error(problems.join(' '));
  }
  const place = {
    prefix: config.keyPrefix,
    retentionSeconds: config.retentionDays * daySeconds,
  };
  const store = createStore({ redis, ...place });
  const foreign = await findFormatProblem(store);
  if (foreign !== undefined) {
    await redis.close();
    throw new Error(foreign);
  }
  const probe = await openRedisProbe({ url: config.redisUrl, ...place });
  const announcements = createAnnouncements(redis, store);
  const answers = createAnswerCache({
    store,
    retentionSeconds: config.cache.days * daySeconds,
    maxBytes: config.cache.maxBytes,
    onError: (error) => log.warn({ err: error }, 'claims on answers were not renewed'),
  });
  return {
    redis,
    store,
    announcements,
    ledger: createLedger({ store, announcements }),
    answers,
    stepTries: createStepTries(store),
    outages: createOutages(store),
    noteDisk: createNoteDisk(store),
    probe,
    async [Symbol.asyncDispose]() {
      answers.close();
      await Promise.all([redis.close(), probe[Symbol.asyncDispose]()]);
    },
  };
}
