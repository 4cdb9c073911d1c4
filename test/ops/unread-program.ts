// Fills the pipe that its output goes into, which nobody reads, and blocks its event loop for good.

import { createLogger } from '../../src/logger.ts';
import { guardLoop } from '../../src/ops/guard-loop.ts';

const log = createLogger('info');
await using _ = guardLoop({ log, patienceMs: 1000, lookEveryMs: 50 });
log.info({ text: '.'.repeat(10_000_000) }, 'a line that is too long');
await new Promise((resolve) => void setTimeout(resolve, 500));
for (;;) Math.random();
