// Redis loses a part of what it holds of a batch, as after a restore or a hand that was in it: the rows must be
// found missing before anything is posted.

import type { ChaosWorld } from '../chaos-world.ts';
import { keyPrefix } from '../chaos-world.ts';
import type { Scenario } from '../scenario.ts';
import { runTrial } from '../trial.ts';

const rows = 240;
/** What the counters are wrong by. */
const off = 3;

/** Takes away what became of every second row or chunk so far; the number of rows that lack it then. */
async function damage({ ledger: { redis } }: ChaosWorld, id: string): Promise<number> {
  const key = `${keyPrefix}:batch:${id}`;
  const fields = await redis.hkeys(`${key}:outcomes`);
  const taken = fields.filter((_field, at) => at % 2 === 0);
  if (taken.length > 0) await redis.hdel(`${key}:outcomes`, ...taken);
  await redis.hincrby(`${key}:record`, 'pending', off);
  return taken.reduce((sum, field) => sum + (field.startsWith('c') ? 50 : 1), 0);
}

export const damagedLedger: Scenario = {
  name: 'damaged-ledger',
  fault: 'outcomes lost in Redis, and rows counted wrong',
  promise: 'nothing is posted before the missing rows have run again, and no row is doubled',
  run: (stage) => {
    let taken = 0;
    return runTrial(stage, {
      rows,
      world: { rowMs: 300 },
      mostRepeats: () => taken,
      mayRecount: true,
      async strike(world, watch) {
        taken = await damage(world, watch.id() ?? '');
        return { injected: taken + 1, broken: taken > 0 ? [] : ['there was nothing to damage'] };
      },
      also: ({ fleet }) => {
        const times = fleet.countLines('the rows of a batch do not add up');
        stage.say(`${taken} rows were taken away, the check failed ${times} times`);
        return times > 0 ? [] : ['the check of the rows never failed'];
      },
    });
  },
};
