// The composition root: what a process of this role does, built in order and undone in reverse, also when
// a start fails half way.
//
//   bot     the conversation, the read and the finish steps
//   worker  the rows
//   both    all of it

import type { Config, SlackConfig } from './config.ts';
import type { Rules } from './config/rules.ts';
import type { EngineParts, FileEdge } from './engine/engine.ts';
import { readServers, type ServerReading } from './engine/read-servers.ts';
import { startRows } from './engine/start-rows.ts';
import { startSpool } from './engine/start-spool.ts';
import { checkDataDir } from './engine/step-directory.ts';
import { startSteps } from './engine/steps.ts';
import { openStores, type Stores } from './engine/stores.ts';
import { maxBytesOf } from './intake/max-bytes.ts';
import type { Logger } from './logger.ts';
import { createMetrics } from './ops/metrics.ts';
import { startOpsServer } from './ops/ops-server.ts';
import { createThreadMemory } from './queue/thread-memory.ts';
import { createSlack, type Slack } from './slack/create-slack.ts';
import type { Desk } from './slack/desk.ts';
import { openDownloads } from './slack/open-downloads.ts';
import type { ThreadState, UploadRecord } from './slack/thread-memory.ts';

/** Serves from the moment it resolves; disposing gives back what is not finished. */
export async function startApp(config: Config, log: Logger): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  await checkDataDir(config.dataDir);
  const stores = stack.use(await openStores(config, log));
  const parts = { config, log, stores, limits: config.limits };

  const slack =
    config.role === 'worker'
      ? undefined
      : stack.use(await startConversation(config.slack, parts, config.rules));
  const download = slack?.download ?? (await openDownloads(config.slack, log));
  const spool = stack.use(startSpool(parts, toFileEdge(download)));
  if (slack !== undefined) stack.use(startSteps(parts, { spool, edges: slack }));

  const servers = (): ReturnType<typeof readServers> => readServers(rows?.endpoints ?? [], stores);
  const metrics = createMetrics({ servers, slackConnected: slack?.connected });
  const rows =
    config.role === 'bot'
      ? undefined
      : stack.use(await startRows(parts, { spool, edges: metrics }));

  const ops = stack.use(
    await startOpsServer({
      ...config.ops,
      metrics,
      findProblems: async () => [
        ...(stores.redis.isUp() ? [] : ['Redis is away']),
        ...(slack?.connected() === false ? ['Slack is not connected'] : []),
      ],
      findNotes: async () => (await servers()).map(toNote),
    }),
  );
  log.info({ role: config.role, opsPort: ops.port }, 'Darkroom is ready');
  const started = stack.move();
  return { [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function startConversation(
  config: SlackConfig,
  { log, stores }: EngineParts,
  rules: Rules,
): Promise<Slack> {
  const memory = createThreadMemory<ThreadState, UploadRecord>({ store: stores.store });
  const slack = await createSlack({ config, log, desk: toDesk(stores), memory, rules });
  stores.ledger.onChanged(() => slack.wake());
  return slack;
}

/** A server that is away is no reason to restart this process. */
function toNote({ endpoint, open, gate }: ServerReading): string {
  const { inFlight, budget } = gate;
  return `${endpoint}: ${open ? 'open' : 'closed'}, ${inFlight} of ${budget} in flight`;
}

function toFileEdge(download: Slack['download']): FileEdge {
  return {
    fetchFile: (file, directory, signal) =>
      download(file, { directory, maxBytes: maxBytesOf, signal }),
  };
}

function toDesk({ ledger }: Stores): Desk {
  return {
    recordDrop: ledger.recordDrop,
    readBatch: ledger.readBatch,
    listBatches: ledger.listBatches,
    findByThread: (query) => ledger.listBatches({ ...query, limit: 20 }),
    cancel: ledger.cancel,
    approve: ledger.approve,
    decline: ledger.decline,
    pause: ledger.pause,
    resume: ledger.resume,
    purge: ledger.purge,
    readRate: ledger.lastRate,
    writeRate: ledger.setLastRate,
  };
}
