// The dropped files on this machine's disk: what killed processes left is removed, the rest while this
// one runs.

import type { EngineParts, FileEdge } from './engine.ts';
import { createSpool, type Spool } from './spool.ts';
import { removeAbandoned } from './step-directory.ts';

/** How often the files of batches that have ended elsewhere are looked for. */
const sweepMs = 60_000;

export function startSpool(
  { config, log, stores }: EngineParts,
  { fetchFile }: FileEdge,
): Spool & Disposable {
  const { dataDir } = config;
  const { noteDisk } = stores;
  const { readBatch } = stores.ledger;
  const spool = createSpool({ dataDir, log, readBatch, fetchFile, noteDisk });
  removeAbandoned(config.dataDir).catch((error: unknown) => {
    log.warn({ err: error }, 'what an earlier process left on the disk stays there');
  });
  const timer = setInterval(() => {
    spool.removeEnded().catch((error: unknown) => {
      log.warn({ err: error }, 'dropped files that are done with stay on the disk for now');
    });
  }, sweepMs);
  return { ...spool, [Symbol.dispose]: () => clearInterval(timer) };
}
