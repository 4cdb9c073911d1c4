// Redis away, full, read-only, slow, forgetful; and replies that are lost after the work was done.

import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosWorld } from '../chaos-world.ts';
import type { Scenario } from '../scenario.ts';
import { saysAway } from '../says-away.ts';
import { runTrial } from '../trial.ts';
import { waitUntil } from '../wait-until.ts';
import { damagedLedger } from './damaged-ledger.ts';
import { flushed } from './flushed.ts';
import { redisAway } from './redis-away.ts';

/** A batch that lasts about ten seconds without faults. */
const running = { rows: 240, world: { rowMs: 500 } } as const;

/** After trouble with replies the gate has its whole budget again within this. */
const gateMendedMs = 15_000;

const restarts: Scenario = {
  name: 'redis-restart',
  alone: true,
  fault: 'Redis killed and restarted at once',
  promise: 'nothing lost or doubled, running again within 5 s each time',
  run: (stage) => {
    const gaps = Array.from({ length: stage.isLong ? 8 : 3 }, () => stage.random.whole(0, 1500));
    return runTrial(stage, {
      ...running,
      recoverWithinS: 5,
      async strike({ redis }, watch) {
        const times: (number | undefined)[] = [];
        for (const gap of gaps) {
          await redis.restart();
          times.push(await watch.recoveredAfter(performance.now(), 60_000));
          await pause(gap);
        }
        const recoverS = times.includes(undefined) ? undefined : Math.max(...times.map(Number));
        return { injected: gaps.length, recoverS };
      },
    });
  },
};

const lostReplies: Scenario = {
  name: 'redis-lost-replies',
  fault: 'reply of Redis lost after the command ran',
  promise: 'no row doubled, no slot of the gate lost for good',
  run(stage) {
    const times = stage.isLong ? 200 : 60;
    const gaps = Array.from({ length: times }, () => stage.random.whole(20, 250));
    const labels = gaps.map(() =>
      stage.random.pick(['darkroom-gate', 'darkroom-gate', 'darkroom\r\n', '']),
    );
    return runTrial(stage, {
      rows: 800,
      world: { rowMs: stage.isLong ? 800 : 400 },
      strikeAfter: 10,
      restWithinMs: gateMendedMs,
      async strike({ redisProxy }) {
        for (const [at, gap] of gaps.entries()) {
          // Not those of a handshake: of scripts, which have changed something.
          redisProxy.loseReplies(1, { label: labels[at] ?? '', asked: 'evalsha' });
          await waitUntil(() => redisProxy.lostReplies() > at, 5000);
          await pause(gap);
        }
        redisProxy.loseReplies(0);
        return { injected: redisProxy.lostReplies() };
      },
      also: ({ fleet }) => {
        stage.say(
          `the gate was mended ${fleet.countLines('slots of the gate were repaired')} times`,
        );
        return [];
      },
    });
  },
};

const resets: Scenario = {
  name: 'redis-resets',
  longOnly: true,
  fault: 'every connection to Redis reset',
  promise: 'nothing lost or doubled',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      restWithinMs: gateMendedMs,
      async strike({ redisProxy }) {
        for (let at = 0; at < 8; at += 1) {
          redisProxy.dropAll();
          await pause(stage.random.whole(200, 1200));
        }
        return { injected: 8 };
      },
    }),
};

const silence: Scenario = {
  name: 'redis-silent',
  fault: 'Redis takes commands and says nothing for 20 s',
  promise: 'nothing lost or doubled, running again after it',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      restWithinMs: gateMendedMs,
      async strike({ redisProxy }) {
        redisProxy.stall(true);
        await pause(20_000);
        redisProxy.stall(false);
        return { injected: 1 };
      },
    }),
};

const delay: Scenario = {
  name: 'redis-slow',
  longOnly: true,
  fault: 'every answer of Redis 150 ms late',
  promise: 'nothing lost or doubled, no more in flight than the budget',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      mostRepeats: () => 0,
      async strike({ redisProxy }) {
        redisProxy.delay(75);
        await pause(8000);
        redisProxy.delay(0);
        return { injected: 1 };
      },
    }),
};

/** Redis answers, but not to writes: an outage for whoever wants to write. */
function refusesWrites(
  about: Pick<Scenario, 'name' | 'fault' | 'longOnly'>,
  begin: (world: ChaosWorld) => Promise<() => Promise<void>>,
): Scenario {
  return {
    ...about,
    promise: 'no row fails or is charged; it goes on by itself; the thread says so after 30 s',
    run: (stage) =>
      runTrial(stage, {
        ...running,
        mostRepeats: () => 0,
        async strike(world, watch) {
          const said = saysAway(world, watch);
          const end = await begin(world);
          // A programme of a few minutes has no time for more than one such outage.
          await (stage.isLong ? said.waiting() : pause(8000));
          await end();
          const endedAt = performance.now();
          return { injected: 1, endedAt, broken: stage.isLong ? await said.broken() : [] };
        },
      }),
  };
}

const outOfMemory = refusesWrites(
  { name: 'redis-full', fault: 'Redis out of memory (OOM)' },
  async ({ ledger: { redis } }) => {
    await redis.config('SET', 'maxmemory', '100kb');
    return async () => void (await redis.config('SET', 'maxmemory', '0'));
  },
);

const readOnly = refusesWrites(
  { name: 'redis-read-only', fault: 'Redis read-only (READONLY)' },
  async ({ ledger: { redis } }) => {
    // Of a master that nobody runs; what it has stays.
    await redis.replicaof('127.0.0.1', 1);
    return async () => void (await redis.replicaof('NO', 'ONE'));
  },
);

const tooFewReplicas = refusesWrites(
  {
    name: 'redis-no-replicas',
    fault: 'Redis lacks replicas (NOREPLICAS)',
    longOnly: true,
  },
  async ({ ledger: { redis } }) => {
    await redis.config('SET', 'min-replicas-to-write', '1');
    return async () => void (await redis.config('SET', 'min-replicas-to-write', '0'));
  },
);

const diskFull = refusesWrites(
  { name: 'redis-disk-full', fault: "Redis' disk full (MISCONF)" },
  async ({ ledger: { redis } }) => {
    // A snapshot cannot take the place of a directory: it fails as it does on a full disk, and Redis then
    // refuses writes.
    const settings = await redis.config('GET', 'dir');
    const directory = Array.isArray(settings) ? String(settings[1]) : '';
    const obstacle = join(directory, 'dump.rdb', 'full');
    await mkdir(obstacle, { recursive: true });
    await redis.config('SET', 'save', '3600 1');
    await redis.bgsave();
    const failed = async (): Promise<boolean> =>
      (await redis.info('persistence')).includes('rdb_last_bgsave_status:err');
    if (!(await waitUntil(failed, 5000))) throw new Error('the snapshot did not fail');
    return async () => {
      await rmdir(obstacle);
      await rmdir(join(directory, 'dump.rdb'));
      await redis.config('SET', 'save', '');
      await redis.bgsave();
    };
  },
);

export const redisFaults: readonly Scenario[] = [
  ...redisAway,
  restarts,
  lostReplies,
  resets,
  silence,
  delay,
  outOfMemory,
  readOnly,
  tooFewReplicas,
  diskFull,
  flushed,
  damagedLedger,
];
