// A process of its own that takes a slot of the gate and keeps it until it is killed. With a third
// argument its clock is ahead by as many milliseconds, and it takes the slot only after the other's lease.
// Usage: node gate-holder.ts <redis url> <prefix> [clock skew in ms]

import { createGate } from '../../src/queue/gate.ts';

const [redisUrl = '', prefix = '', skewMs = '0'] = process.argv.slice(2);
const realNow = Date.now;
Date.now = () => realNow() + Number(skewMs);

const gate = await createGate({
  redisUrl,
  prefix,
  endpoint: 'test',
  budget: 8,
  expirationMs: 60_000,
});
process.stdout.write('waiting\n');
await gate.run({ weight: 8, signal: new AbortController().signal }, () => {
  process.stdout.write('holding\n');
  return new Promise(() => setInterval(() => {}, 1000));
});
