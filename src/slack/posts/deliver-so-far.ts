// The results so far of a batch that waits for a model server, into its thread, once an outage.

import type { Batch } from '../../batch/batch.ts';
import type { ResultFile } from '../../batch/results.ts';
import type { Logger } from '../../logger.ts';
import type { Clients } from '../clients.ts';
import type { Desk } from '../desk.ts';
import type { SoFarRecord, ThreadMemory, UploadRecord } from '../thread-memory.ts';
import { uploadFiles, UploadRefusedError } from './upload.ts';
import { buildTime } from '../views/blocks.ts';
import { showFileName } from '../views/progress.ts';
import { wordsOf } from '../words/words-of.ts';

export interface SoFarNeeds {
  readonly clients: Clients;
  readonly desk: Pick<Desk, 'readBatch'>;
  readonly memory: Pick<ThreadMemory, 'readSoFar' | 'writeSoFar'>;
  readonly log: Logger;
  readonly settleMs?: number;
}

export interface Outage {
  /** Its beginning, which tells it from others. Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly signal: AbortSignal;
}

/** Resolves when the file stands in the thread, when the batch waits no longer (its whole file may be there by now), or
 *  when Slack refuses it for good: the whole file comes anyway. Rejects on outages of Slack; calling it again never
 *  posts a second time. */
export async function deliverSoFar(
  batch: Batch,
  file: ResultFile,
  { sinceMs, signal, needs }: Outage & { readonly needs: SoFarNeeds },
): Promise<void> {
  const { clients, log, settleMs } = needs;
  const { channel, threadTs } = batch.drop;
  const comment = buildComment(batch, sinceMs);
  const ledger = createLedger(batch.id, sinceMs, needs);
  try {
    const isWanted = async (): Promise<boolean> =>
      (await needs.desk.readBatch(batch.id))?.pause?.sinceMs === sinceMs;
    const settling = settleMs === undefined ? {} : { settleMs };
    const uploading = { clients, log, ...ledger, isWanted, ...settling };
    await uploadFiles({ files: [file], comment, channel, threadTs }, uploading, signal);
  } catch (error) {
    if (!(error instanceof UploadRefusedError)) throw error;
    log.warn({ err: error, batch: batch.id }, 'Slack refused the results so far');
  }
}

function buildComment(batch: Batch, sinceMs: number): string {
  const { drop, counts, language } = batch;
  const user = `<@${drop.user}>`;
  const told = { user, name: showFileName(batch), tally: counts, since: buildTime(sinceMs) };
  return wordsOf(language).results.soFar(told);
}

/** An upload of an earlier outage is none of this one; its files are remembered to be purged. */
function createLedger(
  batchId: string,
  outageMs: number,
  { memory, clients }: Pick<SoFarNeeds, 'memory' | 'clients'>,
): {
  readUpload(): Promise<UploadRecord | undefined>;
  writeUpload(record: UploadRecord): Promise<void>;
} {
  const read = (): Promise<SoFarRecord | undefined> => memory.readSoFar(batchId);
  return {
    async readUpload() {
      const record = await read();
      return record?.outageMs === outageMs ? record : undefined;
    },
    async writeUpload(record) {
      const before = await read();
      if (before === undefined && record.stage !== 'planned') return undo(record, clients);
      const earlier =
        before === undefined || before.outageMs === outageMs
          ? (before?.earlier ?? [])
          : [...before.earlier, ...toFileIds(before)];
      await memory.writeSoFar(batchId, { ...record, outageMs, earlier });
    },
  };
}

/** The batch was deleted meanwhile: what is not shown yet is not to be, what is shown is taken away. */
async function undo(record: UploadRecord, { steady }: Clients): Promise<void> {
  if (record.stage !== 'completed') throw new Error('the batch of an upload was deleted');
  for (const file of toFileIds(record)) await steady.files.delete({ file });
}

/** Of files that Slack knows. */
export function toFileIds({ files }: Pick<UploadRecord, 'files'>): readonly string[] {
  return files.flatMap(({ fileId }) => (fileId === undefined ? [] : [fileId]));
}
