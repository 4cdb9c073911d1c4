// The engine without a conversation: Redis, pictures, model server and results, joined with the work.
// The bot and the command line give it what differs between them: where files come from and go to.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Batch, Drop } from './batch/batch.ts';
import type { Language } from './batch/language.ts';
import type { WorkedOutcome } from './batch/row.ts';
import type { EngineConfig } from './config.ts';
import { createImageSource } from './images/image-source.ts';
import { namesPictures } from './intake/names-pictures.ts';
import { openTable } from './intake/open-table.ts';
import type { Logger } from './logger.ts';
import { createGate, type GateCounts } from './queue/gate.ts';
import { createSteps } from './queue/steps.ts';
import { writeResults } from './results/write-results.ts';
import type { Stores } from './stores.ts';
import { createBreaker } from './vllm/breaker.ts';
import { createModelServer } from './vllm/model-server.ts';
import { watchServer } from './vllm/watch-server.ts';
import { createFinishStep } from './work/finish-batch.ts';
import { createModelNote } from './work/model-note.ts';
import type { SpooledFile, WrittenResults } from './work/ports.ts';
import { createReadStep } from './work/read-batch.ts';
import { createRowWorker, rowWorkerDefaults } from './work/row-worker.ts';

/** What differs between the bot and the command line. */
export interface EngineEdges {
  /** Writes the drop's file into the directory. Throws UserError where that can never work. */
  fetchFile(drop: Drop, directory: string, signal: AbortSignal): Promise<SpooledFile>;
  /** Gives the results to the person; resolves when that is certain. Called again after a crash. */
  deliver(batch: Batch, results: WrittenResults, signal: AbortSignal): Promise<void>;
  languageOf(user: string): Promise<Language>;
  /** Something that a person can follow to another batch. */
  linkTo(batchId: string): Promise<string>;
  onOutcome(outcome: WorkedOutcome): void;
}

export interface EngineParts {
  readonly config: EngineConfig;
  readonly log: Logger;
  readonly stores: Stores;
  readonly edges: EngineEdges;
}

export interface Engine extends AsyncDisposable {
  gateCounts(): Promise<GateCounts>;
}

/** How long requests under way may take to end when the process stops; under compose's stop_grace_period. */
const stopGraceMs = 25_000;

/** A slot counts as free this long after its request's deadline, whatever became of its holder. */
const slotExpiryMs = 15_000;

/** Rows prepared ahead for each unit of the budget: enough that the gate never waits for a picture. */
const rowsAheadPerSlot = 3;

/** Works from the moment it resolves; disposing gives back what is not finished. */
export async function startEngine(parts: EngineParts): Promise<Engine> {
  const { config, log, stores } = parts;
  await using stack = new AsyncDisposableStack();
  const gate = await createGate({
    redisUrl: config.redisUrl,
    prefix: config.keyPrefix,
    endpoint: 'vllm',
    budget: config.model.maxInFlight,
    expirationMs: config.model.timeoutMs + slotExpiryMs,
    onError: (error) => log.warn({ err: error }, 'the gate is in trouble'),
    onRepair: (repair) => log.warn({ repair }, 'slots of the gate were repaired'),
  });
  stack.defer(() => gate.close());
  const server = createModelServer({
    url: config.model.url,
    apiKey: config.model.apiKey,
    model: config.model.name,
    requestTimeoutMs: config.model.timeoutMs,
    log,
  });
  stack.defer(() => server.close());
  const images = createImageSource(config.images);
  stack.defer(() => images.close());

  const ledger = toObservedLedger(parts);
  const worker = createRowWorker(
    {
      ...{ ledger, gate, server, log },
      prepareImage: images.prepare,
      breaker: createBreaker(),
      endpoint: stores.endpoint,
      noteModel: createModelNote(ledger, log),
    },
    { ...rowWorkerDefaults, maxRows: rowsAheadPerSlot * config.model.maxInFlight },
  );
  startSteps(parts, stack);
  const watching = new AbortController();
  const watch = watchServer({
    ...{ log, signal: watching.signal },
    probe: server.probe,
    isClosed: async () => (await stores.endpoint.closed()) !== undefined,
    open: stores.endpoint.open,
    close: stores.endpoint.close,
  });
  stack.defer(async () => {
    watching.abort();
    await watch;
  });
  worker.start();
  stack.defer(() => worker.stop(stopGraceMs));
  const started = stack.move();
  return { gateCounts: gate.counts, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function toObservedLedger({ stores, edges }: EngineParts): Stores['ledger'] {
  const { ledger } = stores;
  return {
    ...ledger,
    async commit(lease, row, outcome) {
      const result = await ledger.commit(lease, row, outcome);
      if (result === 'committed') edges.onOutcome(outcome);
      return result;
    },
  };
}

function startSteps(
  { config, log, stores, edges }: EngineParts,
  stack: AsyncDisposableStack,
): void {
  const { ledger, redis, store, announcements } = stores;
  const steps = createSteps({
    ...{ redis, store, announcements },
    onError: (error, step) => log.warn({ err: error, ...step }, 'a step failed and will run again'),
  });
  stack.defer(() => steps.close());
  const openDirectory = async (): Promise<{ path: string } & AsyncDisposable> => {
    await mkdir(config.dataDir, { recursive: true });
    const path = await mkdtemp(join(config.dataDir, 'batch-'));
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
  };
  const { maxRows, maxImagesPerRow } = config;
  const read = createReadStep({
    ...{ ledger, log },
    async fetchFile(drop, signal) {
      const directory = await openDirectory();
      try {
        const file = await edges.fetchFile(drop, directory.path, signal);
        return { ...file, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
      } catch (error) {
        await directory[Symbol.asyncDispose]();
        throw error;
      }
    },
    openTable: ({ path, name }, signal) =>
      openTable(path, { name, maxRows, maxImagesPerRow, signal }),
    looksLikeBatch: ({ path }) => namesPictures(path),
    languageOf: edges.languageOf,
    linkTo: edges.linkTo,
  });
  const finish = createFinishStep({
    ...{ ledger, log, openDirectory },
    writeResults: (batch, { directory, rows }) => {
      const { recipe, table, language, drop } = batch;
      const fileName = drop.files[0]?.name ?? 'batch.csv';
      return writeResults({ ...{ directory, fileName, table, recipe, language, rows } });
    },
    deliver: edges.deliver,
  });
  steps.work('read', read);
  steps.work('finish', finish);
}
