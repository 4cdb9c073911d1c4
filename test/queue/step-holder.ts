// A process of its own that takes a step and stays in it until it is killed.
// Usage: node step-holder.ts <redis url> <prefix>

import { createAnnouncements } from '../../src/queue/announcements.ts';
import { createRedis } from '../../src/queue/create-redis.ts';
import { createSteps } from '../../src/queue/steps.ts';
import { createStore } from '../../src/queue/store.ts';

const [url = '', prefix = ''] = process.argv.slice(2);
const redis = createRedis({ url });
const store = createStore({ redis, prefix });
const steps = createSteps({ redis, store, announcements: createAnnouncements(redis, store) });
steps.work('finish', (batchId) => {
  process.stdout.write(`holding ${batchId}\n`);
  return new Promise(() => setInterval(() => {}, 1000));
});
