// The dropped files of batches on this machine's disk: written when a batch is read, kept while workers
// read pictures from them, fetched again where another machine's worker lacks them.

import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, type Batch, type Drop, type DroppedFile } from '../batch/batch.ts';
import { toFileKind } from '../batch/file-kind.ts';
import type { SortedFile, SpooledFile } from '../batch/spooled-file.ts';
import { UserError, type Fault } from '../errors.ts';
import type { Log } from '../logger.ts';
import { createSharedFlight } from './shared-flight.ts';
import { isNoSpace } from '../work/outage-error.ts';

/** Of the directories; see step-directory.ts for those that a killed process leaves. */
export const spoolPrefix = 'drop-';

export interface SpoolNeeds {
  readonly dataDir: string;
  readonly log: Log;
  /** Writes a dropped file into the directory. Throws UserError where that can never work. */
  fetchFile(file: DroppedFile, directory: string, signal: AbortSignal): Promise<SpooledFile>;
  readBatch(id: string): Promise<Pick<Batch, 'state'> | undefined>;
  /** Told whether the disk is full where rows wait for a file. */
  noteDisk(batchId: string, isFull: boolean): Promise<void>;
  /** Milliseconds before an outage's first retry; doubled up to a minute. 1,000 if absent. */
  readonly retryMs?: number;
}

type BatchDrop = Pick<Batch, 'id' | 'drop'>;

export interface Spool {
  /** Fetches all files of the drop anew, in its order. */
  fetch(drop: Drop, signal: AbortSignal): Promise<readonly SortedFile[]>;
  /**
   * Where the drop's file stands on this disk; fetched first if it is not there, once however many ask.
   * Outages are waited out until the signal aborts; a fault where the file cannot be had any more.
   */
  locate(batch: BatchDrop, file: number, signal: AbortSignal): Promise<string | Fault>;
  remove(drop: Drop): Promise<void>;
  /** Removes the files of batches that have ended, of those that were asked for by `locate`. */
  removeEnded(): Promise<void>;
}

const maxRetryMs = 60_000;

export function createSpool(needs: SpoolNeeds): Spool {
  const { dataDir } = needs;
  const flights = createSharedFlight<string | Fault>();
  const located = new Map<string, Drop>();

  const remove = async (drop: Drop): Promise<void> =>
    rm(toDirectory(dataDir, drop), { recursive: true, force: true });

  return {
    async fetch(drop, signal) {
      const files: SortedFile[] = [];
      for (const [index, file] of drop.files.entries()) {
        const fetched = await fetchOne(drop, index, { needs, signal });
        files.push({ ...fetched, kind: file.kind ?? toFileKind(fetched.name) });
      }
      return files;
    },
    async locate(batch, index, signal) {
      const { id, drop } = batch;
      const path = toPath(dataDir, drop, index);
      located.set(id, drop);
      if (await exists(path)) return path;
      const work = (stop: AbortSignal): Promise<string | Fault> =>
        fetchPatiently(batch, index, { needs, signal: stop });
      return flights.join(path, work, signal);
    },
    remove,
    async removeEnded() {
      for (const [id, drop] of located) {
        const batch = await needs.readBatch(id);
        if (batch !== undefined && !hasEnded(batch)) continue;
        located.delete(id);
        await remove(drop);
      }
    },
  };
}

interface FetchContext {
  readonly needs: SpoolNeeds;
  readonly signal: AbortSignal;
}

async function fetchPatiently(
  { id, drop }: BatchDrop,
  index: number,
  context: FetchContext,
): Promise<string | Fault> {
  const { needs, signal } = context;
  // The file is what rows wait for, not the word about it.
  const note = (isFull: boolean): Promise<void> => needs.noteDisk(id, isFull).catch(() => {});
  for (let waitMs = needs.retryMs ?? 1000; ; waitMs = Math.min(waitMs * 2, maxRetryMs)) {
    try {
      const { path } = await fetchOne(drop, index, context);
      await note(false);
      return path;
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal(error)) return error.fault;
      needs.log.warn({ err: error }, 'a dropped file could not be fetched again yet');
      await note(isNoSpace(error));
    }
    await sleep(waitMs, undefined, { signal });
  }
}

/** A download that breaks off time after time is an outage too, for a file that once came whole. */
function isFinal(error: unknown): error is UserError {
  return error instanceof UserError && error.fault.code !== 'E_DOWNLOAD_INCOMPLETE';
}

/** Appears complete or not at all, also for other processes on the same disk. */
async function fetchOne(
  drop: Drop,
  index: number,
  { needs: { dataDir, fetchFile }, signal }: FetchContext,
): Promise<SpooledFile> {
  const file = drop.files[index];
  if (file === undefined) throw new Error(`the drop has no file ${index}`);
  const directory = toDirectory(dataDir, drop);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  signal.throwIfAborted();
  const arriving = await mkdtemp(join(directory, 'arriving-'));
  try {
    const fetched = await fetchFile(file, arriving, signal);
    const path = toPath(dataDir, drop, index);
    await rename(fetched.path, path);
    return { ...fetched, path };
  } finally {
    await rm(arriving, { recursive: true, force: true });
  }
}

/** Named after what was dropped, not after the batch: a Redis that lost its data numbers them from 1 again. */
function toDirectory(dataDir: string, { key }: Drop): string {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return join(dataDir, `${spoolPrefix}${name}`);
}

function toPath(dataDir: string, drop: Drop, index: number): string {
  return join(toDirectory(dataDir, drop), `${index}.spool`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
