// The composition root: what a process of this role does, built in order and undone in reverse, also when
// a start fails half way.
//
//   bot     the conversation, the read and the finish steps
//   worker  the rows
//   both    all of it

import { join } from 'node:path';
import type { Config } from './config.ts';
import type { EngineParts, FileEdge } from './engine/engine.ts';
import { readDisk } from './engine/read-disk.ts';
import { readServers } from './engine/read-servers.ts';
import { startRows } from './engine/start-rows.ts';
import { startSpool } from './engine/start-spool.ts';
import { checkDataDir } from './engine/step-directory.ts';
import { startSteps } from './engine/steps.ts';
import { openStores, type Stores } from './engine/stores.ts';
import { maxBytesOf } from './intake/max-bytes.ts';
import type { Logger } from './logger.ts';
import { createMetrics } from './ops/metrics.ts';
import { createRowActivity, type RowActivity } from './ops/row-activity.ts';
import { startOps } from './ops/start-ops.ts';
import { createStepActivity } from './ops/watched-steps.ts';
import { createPresence } from './queue/presence.ts';
import { readSurvey } from './queue/survey.ts';
import { createThreadMemory } from './queue/thread-memory.ts';
import { createSlack, type Slack } from './slack/create-slack.ts';
import type { Desk } from './slack/desk.ts';
import { openDownloads } from './slack/drops/open-downloads.ts';
import type { SoFarRecord, ThreadState, UploadRecord } from './slack/thread-memory.ts';
import { version } from './version.ts';

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Called once when this process hangs for good: it should end, and be started again. */
  onGivenUp?(trouble: string): void;
}

/** Serves from the moment it resolves; disposing gives back what is not finished. */
export async function startApp(options: AppOptions): Promise<AsyncDisposable> {
  const { config, log } = options;
  await using stack = new AsyncDisposableStack();
  await checkDataDir(config.dataDir);
  const stores = stack.use(await openStores(config, log));
  const parts = { config, log, stores, limits: config.limits };
  const metrics = createMetrics({ version, role: config.role });
  const activity = { rows: createRowActivity(metrics), steps: createStepActivity() };

  const slack =
    config.role === 'worker'
      ? undefined
      : stack.use(await startConversation(config, parts, metrics.onRateLimited));
  const download = slack?.download ?? (await openDownloads(config.slack, log));
  const spool = stack.use(startSpool(parts, toFileEdge(download, activity.rows)));
  const steps =
    slack && stack.use(startSteps(parts, { spool, edges: slack, watch: activity.steps }));
  const rows =
    config.role === 'bot'
      ? undefined
      : stack.use(await startRows(parts, { spool, edges: activity.rows }));

  const ops = stack.use(
    await startOps({
      ...options,
      ...config.ops,
      metrics,
      findRedisProblems: stores.probe.findProblems,
      survey: () => readSurvey(stores.probe.store),
      servers: () => readServers(rows?.endpoints ?? []),
      disk: () => readDisk(config.dataDir),
      slackConnected: slack?.connected,
      rows: rows && { activity: activity.rows, requestTimeoutMs: config.model.timeoutMs },
      steps: steps && { activity: activity.steps, waiting: steps.waiting },
    }),
  );
  log.info({ role: config.role, opsPort: ops.port }, 'Darkroom is ready');
  const started = stack.move();
  return { [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function startConversation(
  { slack: config, rules, dataDir }: Extract<Config, { readonly role: 'both' | 'bot' }>,
  { log, stores }: EngineParts,
  onRateLimited: (method: string) => void,
): Promise<Slack> {
  const memory = createThreadMemory<ThreadState, UploadRecord, SoFarRecord>({
    store: stores.store,
  });
  const desk = toDesk(stores);
  const threadsDirectory = join(dataDir, 'threads');
  const presence = createPresence(stores.store);
  const told = { rules, threadsDirectory, onRateLimited, storage: stores.probe, presence };
  const slack = await createSlack({ config, log, desk, memory, ...told });
  stores.ledger.onChanged(() => slack.wake());
  return slack;
}

/** Rows may wait for a file while Slack is away: every try counts as progress. */
function toFileEdge(
  download: Slack['download'],
  { onProgress }: Pick<RowActivity, 'onProgress'>,
): FileEdge {
  return {
    fetchFile(file, directory, signal) {
      onProgress();
      return download(file, { directory, maxBytes: maxBytesOf, signal }).finally(onProgress);
    },
  };
}

function toDesk({ ledger }: Stores): Desk {
  return {
    recordDrop: ledger.recordDrop,
    knowsDrop: ledger.knowsDrop,
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
