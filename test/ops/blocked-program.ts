// Says that it lives for as long as it is asked to, blocks its event loop for a while, and at last for good.
// Arguments: ms of patience, ms until it blocks, ms of the first block.

import { guardLoop } from '../../src/ops/guard-loop.ts';

const [patienceMs = 0, livesMs = 0, blocksMs = 0] = process.argv.slice(2).map(Number);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const live = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, livesMs));
const log = {
  info: () => {},
  warn: (_: object, message: string) => say(message),
  error: (_: object, message: string) => say(message),
};
await using _ = guardLoop({ log, patienceMs, lookEveryMs: 50 });
say('guarded');
await live();
const end = performance.now() + blocksMs;
while (performance.now() < end) Math.random();
await live();
say('blocking for good');
for (;;) Math.random();
