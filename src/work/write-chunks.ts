// The rows of an opened table into the ledger, a chunk at a time.

import type { TableReader } from '../batch/table.ts';
import type { Ledger } from './ports.ts';

/** Chunks on their way to Redis at once while a file is read. */
const writesAtOnce = 8;

export async function writeChunks(
  batchId: string,
  reader: TableReader,
  { ledger, signal }: { ledger: Pick<Ledger, 'writeChunk'>; signal: AbortSignal },
): Promise<void> {
  const writing = new Set<Promise<void>>();
  let index = 0;
  for await (const rows of reader.chunks()) {
    signal.throwIfAborted();
    // One that fails stays in the set, so that whoever awaits the set meets it, however late.
    const write = ledger.writeChunk(batchId, index, rows).then(() => void writing.delete(write));
    // This only keeps it from counting as unhandled until then.
    write.catch(() => {});
    writing.add(write);
    index += 1;
    if (writing.size >= writesAtOnce) await Promise.race(writing);
  }
  await Promise.all(writing);
}
