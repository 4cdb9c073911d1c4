// The read and the finish step, joined with what they need: files on this machine's disk, the parser,
// the results writer, and the edges' way of fetching and delivering.

import type { EngineParts } from './engine.ts';
import { namesPictures } from './intake/names-pictures.ts';
import { openTable } from './intake/open-table.ts';
import { createSteps } from './queue/steps.ts';
import { writeResults } from './results/write-results.ts';
import { openStepDirectory, removeAbandoned } from './step-directory.ts';
import { createFinishStep, type FinishNeeds } from './work/finish-batch.ts';
import { createReadStep, type ReadNeeds } from './work/read-batch.ts';

/** This process runs steps from now on; disposing aborts them, and they run again elsewhere. */
export function startSteps(parts: EngineParts): AsyncDisposable {
  const { log, stores } = parts;
  const { redis, store, announcements } = stores;
  const steps = createSteps({
    redis,
    store,
    announcements,
    onError: (error, { step, batchId: batch }) =>
      log.warn({ err: error, step, batch }, 'a step failed and will run again'),
  });
  removeAbandoned(parts.config.dataDir).catch((error: unknown) => {
    log.warn({ err: error }, 'what an earlier process left on the disk stays there');
  });
  steps.work('read', createReadStep(toReadNeeds(parts)));
  steps.work('finish', createFinishStep(toFinishNeeds(parts)));
  return { [Symbol.asyncDispose]: () => steps.close() };
}

function toReadNeeds({ config, log, stores, edges }: EngineParts): ReadNeeds {
  const { maxRows, maxImagesPerRow, dataDir } = config;
  return {
    ledger: stores.ledger,
    log,
    async fetchFile(drop, signal) {
      await using stack = new AsyncDisposableStack();
      const directory = stack.use(await openStepDirectory(dataDir));
      const file = await edges.fetchFile(drop, directory.path, signal);
      const kept = stack.move();
      return { ...file, [Symbol.asyncDispose]: () => kept.disposeAsync() };
    },
    openTable: ({ path, name }, signal) =>
      openTable(path, { name, maxRows, maxImagesPerRow, signal }),
    looksLikeBatch: ({ path }) => namesPictures(path),
    languageOf: edges.languageOf,
    linkTo: edges.linkTo,
  };
}

function toFinishNeeds({ config, log, stores, edges }: EngineParts): FinishNeeds {
  return {
    ledger: stores.ledger,
    log,
    openDirectory: () => openStepDirectory(config.dataDir),
    writeResults: (batch, { directory, rows }) => {
      const { recipe, table, language, drop } = batch;
      const fileName = drop.files[0]?.name ?? 'batch.csv';
      return writeResults({ directory, fileName, table, recipe, language, rows });
    },
    deliver: edges.deliver,
  };
}
