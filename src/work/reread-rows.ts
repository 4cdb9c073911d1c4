// The rows of a batch whose own were lost, from the dropped files once more: the same bytes give the same rows.

import type { Batch } from '../batch/batch.ts';
import { parseInstructions } from '../batch/instructions.ts';
import type { SortedFile } from '../batch/spooled-file.ts';
import type { TableReader } from '../batch/table.ts';
import { fail } from '../errors.ts';
import { fetchDropped, type FetchNeeds } from './fetch-dropped.ts';
import { toFileHash } from './fingerprint.ts';
import type { Ledger } from './ports.ts';
import { writeChunks } from './write-chunks.ts';

export interface OpenTableOptions {
  /** False where every dropped picture is to be a row of its own. */
  readonly grouping: boolean;
  readonly signal: AbortSignal;
}

export interface RereadNeeds extends FetchNeeds {
  readonly ledger: Pick<Ledger, 'writeChunk'>;
  openTable(files: readonly SortedFile[], options: OpenTableOptions): Promise<TableReader>;
}

/** Overwrites the chunks of a batch that is being read. Throws UserError where the files are gone or are no longer
 *  those that have this hash. */
export async function rereadRows(
  { id, drop, fileHash }: Pick<Batch, 'id' | 'drop'> & { readonly fileHash: string },
  needs: RereadNeeds,
  signal: AbortSignal,
): Promise<void> {
  const files = await fetchDropped({ drop }, needs, signal);
  if (toFileHash(files) !== fileHash) fail('E_RETRY_GONE', { id: drop.retryOf?.id ?? id });
  const { options } = parseInstructions(drop.text);
  const reader = await needs.openTable(files, { grouping: options.group !== false, signal });
  await writeChunks(id, reader, { ledger: needs.ledger, signal });
}
