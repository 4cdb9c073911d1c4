// A process of its own that claims an answer and keeps the claim until it is killed.
// Usage: node claim-holder.ts <redis url> <prefix> <key> <claim in ms>

import { createAnswerCache } from '../../src/queue/answer-cache.ts';
import { createRedis } from '../../src/queue/create-redis.ts';
import { createStore } from '../../src/queue/store.ts';

const [url = '', prefix = '', key = '', claimMs = ''] = process.argv.slice(2);
const store = createStore({ redis: createRedis({ url }), prefix });
const limits = { retentionSeconds: 60, maxBytes: 1_000_000, claimMs: Number(claimMs) };
const cache = createAnswerCache({ store, ...limits });
const { kind } = await cache.claim(key);
process.stdout.write(kind === 'claim' ? 'holding\n' : `${kind}\n`);

/** Its time to live goes up again only where it was renewed. */
let before = Infinity;
for (let renewals = 0; renewals < 3;) {
  const left = await store.redis.pttl(`${prefix}:answering:${key}`);
  if (left < 0) process.exit(1);
  if (left > before) renewals += 1;
  before = left;
}
process.stdout.write('renewed\n');
