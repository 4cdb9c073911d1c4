// The read and the finish step, joined with what they need: files on this machine's disk, the parser,
// the results writer, and the edges' way of fetching and delivering.

import type { EngineParts, PeopleEdge } from './engine.ts';
import type { Drop } from '../batch/batch.ts';
import { toDropName } from '../batch/drop-name.ts';
import type { SortedFile } from '../batch/spooled-file.ts';
import type { TableReader } from '../batch/table.ts';
import { toFault } from '../errors.ts';
import { openBundle } from '../intake/bundle/open-bundle.ts';
import { namesPictures } from '../intake/names-pictures.ts';
import { openTable } from '../intake/open-table.ts';
import { audit } from '../logger.ts';
import { readFreeMemory } from '../queue/limits-memory.ts';
import type { StepHandler, StepName } from '../queue/step-worker.ts';
import { createSteps, type Steps } from '../queue/steps.ts';
import { writeResults, writeSoFar, type ResultsInput } from '../results/write-results.ts';
import { ensureRoom } from './room.ts';
import { openStepDirectory } from './step-directory.ts';
import type { Spool } from './spool.ts';
import { createFinishStep, type FinishNeeds } from '../work/finish-batch.ts';
import { createSoFarStep, type SoFarNeeds } from '../work/give-so-far.ts';
import { limitStep, type LimitStepNeeds } from '../work/limit-step.ts';
import { limitTime } from '../work/limit-time.ts';
import { toPatient } from '../work/outage-error.ts';
import { createReadStep, type ReadNeeds } from '../work/read-batch.ts';
import type { OpenTableOptions } from '../work/reread-rows.ts';
import type { RunningBatch } from '../work/run-row.ts';
import { outageTimes, watchOutages } from '../work/watch-outages.ts';

/** How often results that meet a bug are tried again, in case that a new version has mended it. */
const stuckEveryMs = 10 * 60_000;

/** Far longer than any step takes: the largest archive on the slowest line comes in under an hour. */
const longestStepMs = 2 * 3_600_000;

interface Around {
  readonly spool: Spool;
  readonly edges: PeopleEdge;
  /** Told when a step begins and ends in this process. */
  readonly watch?: StepEdge;
}

export interface StepEdge {
  onStepBegun(): void;
  onStepEnded(): void;
}

/** This process runs steps from now on; disposing aborts them, and they run again elsewhere. */
export function startSteps(
  parts: EngineParts,
  around: Around,
): Pick<Steps, 'waiting'> & AsyncDisposable {
  const { log, stores } = parts;
  const { redis, store, announcements } = stores;
  const steps = createSteps({
    redis,
    store,
    announcements,
    onError: (error, { step, batchId: batch }) =>
      log.warn({ err: error, step, batch }, 'a step failed and will run again'),
  });
  const work = (name: StepName, step: StepHandler, more: StuckStep = {}): void => {
    const { stepTries: tries, noteDisk } = stores;
    const limited = limitStep(step, { name, tries, noteDisk, log, ...more });
    steps.work(name, toWatched(limitTime(limited, longestStepMs), around));
  };
  work('read', createReadStep(toReadNeeds(parts, around)), {
    onStuck: (id) => refuseStuck(id, parts),
  });
  work('finish', createFinishStep(toFinishNeeds(parts, around)), { everyMs: stuckEveryMs });
  const { deliverSoFar } = around.edges;
  if (deliverSoFar !== undefined) {
    work('so-far', createSoFarStep(toSoFarNeeds(parts, toPatient(deliverSoFar))));
  }
  const outages = startOutages(parts, { steps, edges: around.edges });
  return {
    waiting: steps.waiting,
    async [Symbol.asyncDispose]() {
      await outages[Symbol.asyncDispose]();
      await steps.close();
    },
  };
}

type StuckStep = Pick<LimitStepNeeds, 'everyMs' | 'onStuck'>;

/** Nothing came of the file, so there is nothing to keep. */
async function refuseStuck(id: string, { stores, log }: EngineParts): Promise<void> {
  const batch = await stores.ledger.readBatch(id);
  if (batch?.state !== 'reading') return;
  if (!(await stores.ledger.refuse(id, toFault('E_READ_FAILED', { id })))) return;
  audit(log, { event: 'refusal', batch, by: batch.drop.user, code: 'E_READ_FAILED' });
}

function toWatched(step: StepHandler, { watch }: Around): StepHandler {
  return async (batchId, signal) => {
    watch?.onStepBegun();
    try {
      await step(batchId, signal);
    } finally {
      watch?.onStepEnded();
    }
  };
}

function startOutages(
  { config, log, stores }: EngineParts,
  { steps, edges }: { readonly steps: Steps; readonly edges: PeopleEdge },
): AsyncDisposable {
  const { deliverSoFar, tellOutage: tell } = edges;
  const needs = {
    outages: stores.outages,
    giveSoFar: deliverSoFar === undefined ? undefined : (id: string) => steps.enqueue('so-far', id),
    tell,
    log,
  };
  return watchOutages(needs, { ...outageTimes, maxMs: config.model.maxOutageMs });
}

function toSoFarNeeds(
  { config, stores }: EngineParts,
  deliverSoFar: SoFarNeeds['deliverSoFar'],
): SoFarNeeds {
  return {
    ledger: stores.ledger,
    openDirectory: () => openStepDirectory(config.dataDir),
    writeSoFar: (batch, { directory, rows }) =>
      writeSoFar({ ...toResultsInput(batch), directory, rows }),
    deliverSoFar,
    noteSoFar: stores.outages.noteSoFar,
  };
}

/** What a drop that nobody addressed to Darkroom is left alone for. */
const pastimes: ReadonlySet<string> = new Set([
  'E_ZIP_EMPTY',
  'E_ZIP_NO_IMAGES',
  // Where pictures came along, another code says so.
  'E_CSV_NO_IMAGE_COLUMN',
]);

function toReadNeeds(parts: EngineParts, { spool, edges }: Around): ReadNeeds {
  const { config, log, stores, limits } = parts;
  const { dataDir } = config;
  const freeMemory = (): Promise<number> => readFreeMemory(stores.store);
  return {
    ledger: stores.ledger,
    log,
    fetchFiles: toPatient(spool.fetch),
    removeFiles: spool.remove,
    openTable: (files, options) => openFiles(files, { ...config, ...options }),
    async looksLikeBatch(files, { code }) {
      const table = toLoneTable(files);
      return table === undefined ? !pastimes.has(code) : namesPictures(table.path);
    },
    languageOf: toPatient(edges.languageOf),
    linkTo: toPatient(edges.linkTo),
    findRefusal: toPatient(async (drop: Drop) => edges.findRefusal?.(drop)),
    ensureRoom: (size) => ensureRoom(size, { dataDir, freeMemory }),
    limits,
    findModel: async () => config.model.name ?? stores.ledger.servedModel(),
  };
}

/** Undefined for pictures, archives, and whatever comes with them. */
function toLoneTable(files: readonly SortedFile[]): SortedFile | undefined {
  const [file, ...others] = files;
  const isBundled = file?.kind === 'archive' || file?.kind === 'picture';
  return isBundled || others.length > 0 ? undefined : file;
}

function openFiles(
  files: readonly SortedFile[],
  options: OpenTableOptions & Pick<EngineParts['config'], 'maxRows' | 'maxImagesPerRow'>,
): Promise<TableReader> {
  const { maxRows, maxImagesPerRow, grouping, signal } = options;
  const limits = { maxRows, maxImagesPerRow, signal };
  const table = toLoneTable(files);
  return table === undefined
    ? openBundle(files, { ...limits, grouping })
    : openTable(table.path, { ...limits, name: table.name });
}

/** Loose pictures have no name as a whole. */
const looseName = 'pictures.csv';

function toResultsInput({
  recipe,
  table,
  language,
  drop,
}: RunningBatch): Omit<ResultsInput, 'directory' | 'rows'> {
  return { fileName: toDropName(drop.files) ?? looseName, table, recipe, language };
}

function toFinishNeeds(
  { config, log, stores }: EngineParts,
  { spool, edges }: Around,
): FinishNeeds {
  return {
    ledger: stores.ledger,
    log,
    openDirectory: () => openStepDirectory(config.dataDir),
    writeResults: (batch, { directory, rows }) =>
      writeResults({ ...toResultsInput(batch), directory, rows }),
    removeFiles: spool.remove,
    deliver: toPatient(edges.deliver),
  };
}
