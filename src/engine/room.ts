// Whether a batch that is being read fits into Redis and on this machine's disk, asked before it is taken:
// a full Redis or disk would hold up all the others.

import { statfs } from 'node:fs/promises';
import { sparedDiskBytes } from '../batch/readings.ts';
import { fail } from '../errors.ts';

export interface RoomNeeds {
  readonly dataDir: string;
  /** Bytes that Redis may still take; Infinity without a limit. */
  freeMemory(): Promise<number>;
  /** Bytes that the disk has left; the disk under `dataDir` if absent. */
  freeDisk?(): Promise<number>;
}

/** What is known of the file so far: at first its bytes, in the end its rows. */
export interface FileSize {
  /** Of its tables; pictures stay where they are. */
  readonly tableBytes: number;
  readonly rows?: number;
}

/** A row's outcome until its chunk is packed, measured with answers of 400 characters, and its share of keys. */
const outcomeBytes = 1_000;

/** A row's answer in the results file, and again in the one of unfinished rows. */
const answerBytes = 2_000;

/** Throws E_REDIS_FULL or E_DISK_FULL where it does not fit. Rows are in Redis already when they are known. */
export async function ensureRoom(size: FileSize, needs: RoomNeeds): Promise<void> {
  const { tableBytes, rows = 0 } = size;
  const memory = size.rows === undefined ? tableBytes : rows * outcomeBytes;
  if ((await needs.freeMemory()) < memory) fail('E_REDIS_FULL', {});
  const disk = 2 * tableBytes + rows * answerBytes + sparedDiskBytes;
  const free = await (needs.freeDisk ?? readFreeDisk(needs.dataDir))();
  if (free < disk) fail('E_DISK_FULL', {});
}

function readFreeDisk(directory: string): () => Promise<number> {
  return async () => {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  };
}
