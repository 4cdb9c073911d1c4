// Equal pictures of a batch are prepared once in a process: rows that need one at the same time share
// the work, rows that hold it share it, later rows read it from the disk.

import type { Batch } from '../batch/batch.ts';
import type { PreparedImage } from '../batch/completion.ts';
import type { ImageReference } from '../batch/row.ts';
import type { Fault } from '../errors.ts';
import type { KeptPictures } from '../images/kept-pictures.ts';
import { createHeldPictures } from './held-pictures.ts';
import { createSharedFlight } from './shared-flight.ts';
import type { PrepareImage } from '../work/ports.ts';

/** A row that goes back ends its own waiting; the work ends when no row waits for it any more. */
export function createPrepareOnce(prepare: PrepareImage, kept: KeptPictures): PrepareImage {
  const flights = createSharedFlight<PreparedImage | Fault>();
  const held = createHeldPictures();
  return async (reference, options) => {
    const { batch, signal } = options;
    if (!mayRepeat(batch)) return prepare(reference, options);
    const key = toKey(reference, options);
    signal.throwIfAborted();
    const shared = held.find(key);
    if (shared !== undefined) return shared;
    const prepareAndKeep = async (stop: AbortSignal): Promise<PreparedImage | Fault> => {
      const prepared = await prepare(reference, { ...options, signal: stop });
      await kept.keep(batch.id, key, prepared);
      return prepared;
    };
    const work = async (stop: AbortSignal): Promise<PreparedImage | Fault> => {
      const picture = (await kept.find(key)) ?? (await prepareAndKeep(stop));
      if (!('code' in picture)) held.note(key, picture);
      return picture;
    };
    return flights.join(key, work, signal);
  };
}

/** False where reading the file has shown that every picture is there once: then keeping it is for nothing. */
function mayRepeat({ summary }: Pick<Batch, 'summary'>): boolean {
  if (summary === undefined) return true;
  // Sets of pictures were compared; several in a row may be in other sets too.
  return summary.repeatedImages > 0 || summary.images > summary.rows;
}

/** The drop's key and not the batch's number: a Redis that lost its data numbers them from 1 again. */
function toKey(
  reference: ImageReference,
  { batch, pixelBudget }: Parameters<PrepareImage>[1],
): string {
  return JSON.stringify([batch.drop.key, pixelBudget, reference]);
}
