// Which model a batch was answered by, noted once a batch in its record.

import type { Log } from '../logger.ts';

type NoteModel = (batchId: string, model: string) => void;

/** Batches remembered; a forgotten one is only noted again. */
const most = 1000;

export function createModelNote(
  ledger: { setModel(id: string, model: string): Promise<void> },
  log: Log,
): NoteModel {
  const noted = new Set<string>();
  return (batchId, model) => {
    const key = `${batchId}/${model}`;
    if (noted.has(key)) return;
    if (noted.size >= most) noted.clear();
    noted.add(key);
    ledger.setModel(batchId, model).catch((error: unknown) => {
      noted.delete(key);
      log.warn({ err: error, batch: batchId }, 'the model was not noted');
    });
  };
}
