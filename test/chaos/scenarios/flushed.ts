// Redis loses everything in the middle of a batch: the batch cannot be saved, but it must be told, and
// the bots must serve on.

import { startChaosWorld } from '../chaos-world.ts';
import { compareHistories } from '../compare-histories.ts';
import { checkAtRest, findResults, readCalls, readLedger } from '../read-histories.ts';
import { readThread } from '../says-away.ts';
import type { Outcome, Scenario, Stage } from '../scenario.ts';
import { waitUntil } from '../wait-until.ts';
import { watchBatch } from '../watch-batch.ts';

const rows = 240;
const nextRows = 60;

/** English, since Ada's Slack is. */
const saysLost = /\blost\b|\bgone\b|\bagain\b/iu;

async function run(stage: Stage): Promise<Outcome> {
  const undisturbed = await stage.undisturbed(nextRows);
  const { pictures, settings } = stage;
  await using world = await startChaosWorld({ pictures, settings, rowMs: 500 });
  await using lost = watchBatch(world, await world.drop(rows));
  await lost.reached(rows / 5);
  const before = readThread(world, lost);
  await world.ledger.redis.flushall();
  const from = performance.now();
  stage.say(`flushed with ${lost.finished()} of ${rows} rows done`);
  const isTold = (): boolean => {
    const now = readThread(world, lost);
    return now !== before && saysLost.test(now);
  };
  const told = await waitUntil(isTold, 60_000);
  const toldS = (performance.now() - from) / 1000;

  const sent = world.model.calls.at(-1)?.number;
  await using next = watchBatch(world, await world.drop(nextRows));
  const served = await next.delivered(60_000);
  await waitUntil(() => next.counts()?.state === 'done', 20_000);
  const findings = compareHistories({
    rows: nextRows,
    calls: readCalls(world, sent),
    ledger: await readLedger(world, next.id()),
    posted: findResults(world, next.place),
    undisturbed,
  });
  return {
    injected: 1,
    // Rows that are gone without a word.
    lost: findings.lost + (told ? 0 : rows),
    doubled: findings.doubled,
    repeated: findings.repeated,
    recoverS: told ? toldS : undefined,
    broken: [
      ...(told ? [] : ['the thread never says that the batch is lost']),
      ...(served ? [] : ['the next file is not worked on']),
      ...findings.broken,
      ...(await checkAtRest(world, 15_000)),
    ],
    notes: [],
  };
}

export const flushed: Scenario = {
  name: 'redis-flushed',
  fault: 'Redis flushed in the middle of a batch',
  promise: 'the thread says that the batch is lost, and the next file is worked on as ever',
  run,
};
