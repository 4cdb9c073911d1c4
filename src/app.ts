// The composition root of the bot: the engine, the conversation, health and metrics, built in order and
// undone in reverse, also when a start fails half way.

import type { Config } from './config.ts';
import { startEngine } from './engine/engine.ts';
import { maxBytesOf } from './intake/max-bytes.ts';
import type { Logger } from './logger.ts';
import { createMetrics } from './ops/metrics.ts';
import { startOpsServer } from './ops/ops-server.ts';
import { createThreadMemory } from './queue/thread-memory.ts';
import { createSlack } from './slack/create-slack.ts';
import type { Desk } from './slack/desk.ts';
import type { ThreadState, UploadRecord } from './slack/thread-memory.ts';
import { checkDataDir } from './engine/step-directory.ts';
import { openStores, type Stores } from './engine/stores.ts';

/** Serves from the moment it resolves; disposing gives back what is not finished. */
export async function startApp(config: Config, log: Logger): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  await checkDataDir(config.dataDir);
  const stores = stack.use(await openStores(config, log));
  const memory = createThreadMemory<ThreadState, UploadRecord>({ store: stores.store });
  const slack = stack.use(
    await createSlack({ config: config.slack, log, desk: toDesk(stores), memory }),
  );
  stores.ledger.onChanged(() => slack.wake());
  const metrics = createMetrics({
    gate: async () => {
      const { running, queued, budget } = await engine.gateCounts();
      return { inFlight: running, queued, budget };
    },
    slackConnected: slack.connected,
    endpointOpen: async () => (await stores.endpoint.closed()) === undefined,
  });
  const engine = stack.use(
    await startEngine({
      config,
      log,
      stores,
      edges: {
        fetchFile: (file, directory, signal) =>
          slack.download(file, { directory, maxBytes: maxBytesOf, signal }),
        deliver: slack.deliver,
        languageOf: slack.languageOf,
        linkTo: slack.linkTo,
        onOutcome: metrics.onOutcome,
      },
    }),
  );
  const ops = stack.use(
    await startOpsServer({
      ...config.ops,
      metrics,
      findProblems: async () => [
        ...(stores.redis.isUp() ? [] : ['Redis is away']),
        ...(slack.connected() ? [] : ['Slack is not connected']),
      ],
    }),
  );
  log.info({ opsPort: ops.port, mode: config.slack.mode }, 'Darkroom is ready');
  const started = stack.move();
  return { [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function toDesk({ ledger }: Stores): Desk {
  return {
    recordDrop: ledger.recordDrop,
    readBatch: ledger.readBatch,
    listBatches: ledger.listBatches,
    findByThread: (query) => ledger.listBatches({ ...query, limit: 20 }),
    cancel: ledger.cancel,
    readRate: ledger.lastRate,
    writeRate: ledger.setLastRate,
  };
}
