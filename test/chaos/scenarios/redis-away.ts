// Redis away for longer than a moment: what becomes of the batch, and what its thread says.

import { setTimeout as pause } from 'node:timers/promises';
import { readThread, saysAway } from '../says-away.ts';
import type { Scenario } from '../scenario.ts';
import { runTrial } from '../trial.ts';
import { waitUntil } from '../wait-until.ts';

/** A batch that lasts about ten seconds without faults. */
const running = { rows: 240, world: { rowMs: 500 } } as const;

const away: Scenario = {
  name: 'redis-away',
  alone: true,
  fault: 'Redis killed, back after more than 30 s',
  promise:
    'nothing lost, no row fails, running again within 5 s of its return; the thread says so after 30 s, and progress again after',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      recoverWithinS: 5,
      async strike(world, watch) {
        const said = saysAway(world, watch);
        await world.redis.kill();
        await said.waiting();
        await world.redis.restart();
        const endedAt = performance.now();
        return { injected: 1, endedAt, broken: await said.broken() };
      },
    }),
};

/** Nothing of the batch changes meanwhile, so that nothing but the mark of the dead shows that its message is wrong. */
const awayAndKilled: Scenario = {
  name: 'redis-away-kill',
  fault: 'Redis away, bots killed when the thread says so',
  promise: 'the thread of a paused batch shows that it is paused again; nothing lost or repeated',
  longOnly: true,
  run: (stage) =>
    runTrial(stage, {
      ...running,
      mostRepeats: () => 0,
      async strike(world, watch) {
        const { fleet, redis, workspace } = world;
        const command = (verb: string): Promise<unknown> =>
          workspace.slash({
            user: 'ada',
            channel: 'products',
            command: '/batch',
            text: `${verb} ${watch.id()}`,
          });
        await command('pause');
        await waitUntil(() => watch.counts()?.running === 0, 20_000);
        const isPaused = (): boolean =>
          readThread(world, watch).includes(
            `is paused*\n${watch.finished()} of ${running.rows} rows done`,
          );
        await waitUntil(isPaused, 20_000);
        // The bot notes what it has shown.
        await pause(1000);
        const said = saysAway(world, watch);
        await redis.kill();
        await said.waiting();
        const numbers = fleet.replicas().map(({ number }) => number);
        await Promise.all(numbers.map((number) => fleet.kill(number)));
        await redis.restart();
        await Promise.all(numbers.map((number) => fleet.start(number)));
        const broken = await said.broken();
        const wasPaused = isPaused();
        await command('resume');
        return {
          injected: 1,
          broken: wasPaused ? broken : [...broken, 'the thread does not say that it is paused'],
        };
      },
    }),
};

const idleAway: Scenario = {
  name: 'redis-away-idle',
  fault: 'Redis killed for 35 s, nothing to do meanwhile',
  promise: 'a file that is dropped right after is worked on within 5 s',
  longOnly: true,
  run: (stage) => {
    let backAt = 0;
    return runTrial(stage, {
      ...running,
      strikeAfter: 1,
      recoverWithinS: 5,
      async prepare({ redis }) {
        await redis.kill();
        await pause(35_000);
        await redis.restart();
        backAt = performance.now();
      },
      async strike(_world, watch) {
        return { injected: 1, recoverS: await watch.recoveredAfter(backAt, 30_000) };
      },
    });
  },
};

export const redisAway: readonly Scenario[] = [away, awayAndKilled, idleAway];
