// The dropped files on this machine's disk, swept while the process runs.

import type { EngineParts, FileEdge } from './engine.ts';
import { createSpool, type Spool } from './spool.ts';

/** How often the files of batches that have ended elsewhere are looked for. */
const sweepMs = 60_000;

export function startSpool(
  { config, log, stores }: EngineParts,
  { fetchFile }: FileEdge,
): Spool & Disposable {
  const { readBatch } = stores.ledger;
  const spool = createSpool({ dataDir: config.dataDir, log, readBatch, fetchFile });
  const timer = setInterval(() => {
    spool.removeEnded().catch((error: unknown) => {
      log.warn({ err: error }, 'dropped files that are done with stay on the disk for now');
    });
  }, sweepMs);
  return { ...spool, [Symbol.dispose]: () => clearInterval(timer) };
}
