// The engine without a conversation: Redis, pictures, model server and results, joined with the work.
// The bot and the command line give it what differs between them: where files come from and go to.

import type { Batch, DroppedFile } from '../batch/batch.ts';
import type { Language } from '../batch/language.ts';
import type { WorkedOutcome } from '../batch/row.ts';
import type { SpooledFile } from '../batch/spooled-file.ts';
import type { WrittenResults } from '../batch/results.ts';
import type { EngineConfig } from '../config.ts';
import { startSteps } from './steps.ts';
import { createImageSource } from '../images/image-source.ts';
import { openKeptPictures } from './open-kept-pictures.ts';
import type { Logger } from '../logger.ts';
import { createGate, type Gate, type GateCounts } from '../queue/gate.ts';
import { createPrepareImage } from './prepare-image.ts';
import { createPrepareOnce } from './prepare-once.ts';
import { createSpool, type Spool } from './spool.ts';
import type { Stores } from './stores.ts';
import { createBreaker } from '../vllm/breaker.ts';
import { createModelServer, type ModelServer } from '../vllm/model-server.ts';
import { watchServer } from '../vllm/watch-server.ts';
import { createModelNote } from '../work/model-note.ts';
import { createQuestions } from '../work/questions.ts';
import { createRowWorker, rowWorkerDefaults } from '../work/row-worker.ts';
import { createStrikes } from '../work/strikes.ts';

/** What differs between the bot and the command line. */
export interface EngineEdges {
  /** Writes a dropped file into the directory. Throws UserError where that can never work. */
  fetchFile(file: DroppedFile, directory: string, signal: AbortSignal): Promise<SpooledFile>;
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
  const gate = stack.adopt(await openGate(parts), (each) => each.close());
  const server = stack.adopt(openServer(parts), (each) => each.close());
  const images = stack.adopt(createImageSource(config.images), (source) => source.close());
  const spool = stack.use(startSpool(parts));
  stack.use(startSteps(parts, spool));
  stack.use(startWatch(parts, server));
  const kept = stack.use(await openKeptPictures(parts));
  const ledger = toObservedLedger(parts);
  const worker = createRowWorker(
    {
      ledger,
      gate,
      server,
      log,
      prepareImage: createPrepareOnce(createPrepareImage(images, spool), kept),
      breaker: createBreaker(),
      endpoint: stores.endpoint,
      strikes: createStrikes(),
      answers: stores.answers,
      questions: createQuestions(),
      noteModel: createModelNote(ledger, log),
    },
    { ...rowWorkerDefaults, maxRows: rowsAheadPerSlot * config.model.maxInFlight },
  );
  worker.start();
  stack.defer(() => worker.stop(stopGraceMs));
  const started = stack.move();
  return { gateCounts: gate.counts, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function openGate({ config, log }: EngineParts): Promise<Gate> {
  return createGate({
    redisUrl: config.redisUrl,
    prefix: config.keyPrefix,
    endpoint: 'vllm',
    budget: config.model.maxInFlight,
    expirationMs: config.model.timeoutMs + slotExpiryMs,
    onError: (error) => log.warn({ err: error }, 'the gate is in trouble'),
    onRepair: (repair) => log.warn({ repair }, 'slots of the gate were repaired'),
  });
}

function openServer({ config, log }: EngineParts): ModelServer {
  return createModelServer({
    url: config.model.url,
    apiKey: config.model.apiKey,
    model: config.model.name,
    requestTimeoutMs: config.model.timeoutMs,
    log,
  });
}

/** How often the files of batches that have ended elsewhere are looked for. */
const sweepMs = 60_000;

function startSpool({ config, log, stores, edges }: EngineParts): Spool & Disposable {
  const { dataDir } = config;
  const { readBatch } = stores.ledger;
  const spool = createSpool({ dataDir, log, readBatch, fetchFile: edges.fetchFile });
  const timer = setInterval(() => {
    spool.removeEnded().catch((error: unknown) => {
      log.warn({ err: error }, 'dropped files that are done with stay on the disk for now');
    });
  }, sweepMs);
  return { ...spool, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Looks after the server while its endpoint is closed. */
function startWatch({ log, stores }: EngineParts, server: ModelServer): AsyncDisposable {
  const { endpoint } = stores;
  const stopping = new AbortController();
  const watch = watchServer({
    log,
    signal: stopping.signal,
    probe: server.probe,
    isClosed: async () => (await endpoint.closed()) !== undefined,
    open: endpoint.open,
    close: endpoint.close,
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await watch;
    },
  };
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
