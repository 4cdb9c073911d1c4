// A process of its own that keeps the pace of an endpoint until it is killed.
// Usage: node pace-holder.ts <redis url> <prefix> <model server>

import { createGate } from '../../src/queue/gate.ts';
import { createRedis } from '../../src/queue/create-redis.ts';
import { createStore } from '../../src/queue/store.ts';
import { startPace } from '../../src/engine/start-pace.ts';

const [redisUrl = '', prefix = '', url = ''] = process.argv.slice(2);
const log = { info: () => {}, warn: () => {}, error: () => {} };
const gate = await createGate({ redisUrl, prefix, endpoint: 'gpu1:8000', expirationMs: 60_000 });
startPace({
  name: 'gpu1:8000',
  url,
  gate: {
    counts: gate.counts,
    setBudget: async (budget) => {
      await gate.setBudget(budget);
      process.stdout.write('set\n');
    },
  },
  store: createStore({ redis: createRedis({ url: redisUrl }), prefix }),
  isOpen: () => true,
  log,
  intervalMs: 200,
});
