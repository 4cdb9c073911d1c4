// The pictures that this process keeps on the disk, for as long as their batches need them.

import type { EngineParts } from './engine.ts';
import { createKeptPictures, type KeptPictures } from '../images/kept-pictures.ts';
import { openPicturesDirectory } from './pictures-directory.ts';

/** Removes all of them when it is disposed. */
export async function openKeptPictures({
  config,
  log,
  stores,
}: EngineParts): Promise<KeptPictures & AsyncDisposable> {
  const directory = await openPicturesDirectory(config.dataDir);
  const kept = createKeptPictures({
    directory: directory.path,
    onError: (error) => log.warn({ err: error }, 'a prepared picture was not kept or not removed'),
  });
  const forgetFinished = async (batchId: string): Promise<void> => {
    if (!kept.hasAny(batchId)) return;
    const batch = await stores.ledger.readBatch(batchId);
    if (batch?.state === 'running' || batch?.state === 'paused') return;
    await kept.forget(batchId);
  };
  stores.ledger.onChanged((batchId) => {
    forgetFinished(batchId).catch((error: unknown) => {
      log.warn(
        { err: error, batch: batchId },
        'its pictures stay on the disk until others need the room',
      );
    });
  });
  return { ...kept, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}
