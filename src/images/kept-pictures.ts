// Pictures as prepared for the model, kept on this machine's disk for later rows of their batch, and
// lasting faults. What was unused for longest goes first.

import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PreparedImage } from '../batch/completion.ts';
import type { Fault } from '../errors.ts';

/** Bytes of pictures that a process keeps at most. */
const defaultMaxBytes = 512 * 1024 * 1024;

/** Pictures and faults remembered at most, about 400 bytes each. */
const maxEntries = 20_000;

/** What trying again within the same batch would only show again. */
const lasting: ReadonlySet<Fault['code']> = new Set<Fault['code']>([
  'E_IMAGE_HTTP_403',
  'E_IMAGE_HTTP_404',
  'E_IMAGE_EMPTY',
  'E_IMAGE_NOT_IMAGE',
  'E_IMAGE_FORMAT',
  'E_IMAGE_CORRUPT',
  'E_IMAGE_TOO_LARGE',
  'E_IMAGE_TOO_MANY_PIXELS',
  'E_IMAGE_DIMENSIONS',
]);

export interface KeptPicturesOptions {
  /** Of its own; made when the first picture comes. */
  readonly directory: string;
  readonly maxBytes?: number;
  /** A picture could not be written or removed; nothing else is lost. */
  readonly onError?: (error: unknown) => void;
}

export interface KeptPictures {
  /** undefined where there is none (any more). */
  find(key: string): Promise<PreparedImage | Fault | undefined>;
  /** Never rejects. Not to be called twice at the same time for one key. */
  keep(batchId: string, key: string, prepared: PreparedImage | Fault): Promise<void>;
  hasAny(batchId: string): boolean;
  /** Removes everything of the batch. */
  forget(batchId: string): Promise<void>;
}

/** All but the bytes, which are on the disk, and how many they are. */
type KeptPicture = Omit<PreparedImage, 'bytes'> & { readonly length: number };

interface Entry {
  readonly batchId: string;
  readonly kept: Fault | KeptPicture;
}

export function createKeptPictures(options: KeptPicturesOptions): KeptPictures {
  const { directory, maxBytes = defaultMaxBytes, onError } = options;
  /** Longest unused first. */
  const entries = new Map<string, Entry>();
  let bytes = 0;

  const remove = async (key: string): Promise<void> => {
    const entry = entries.get(key);
    entries.delete(key);
    if (entry === undefined || !('length' in entry.kept)) return;
    bytes -= entry.kept.length;
    await rm(toPath(directory, key), { force: true }).catch((error: unknown) => onError?.(error));
  };

  const add = async (key: string, entry: Entry): Promise<void> => {
    await remove(key);
    entries.set(key, entry);
    if ('length' in entry.kept) bytes += entry.kept.length;
    for (const oldest of entries.keys()) {
      if (bytes <= maxBytes && entries.size <= maxEntries) break;
      await remove(oldest);
    }
  };

  return {
    async find(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return 'code' in entry.kept ? entry.kept : read(toPath(directory, key), entry.kept);
    },
    async keep(batchId, key, prepared) {
      if ('code' in prepared) {
        if (lasting.has(prepared.code)) await add(key, { batchId, kept: prepared });
        return;
      }
      const { bytes: content, ...picture } = prepared;
      await remove(key);
      try {
        await write(directory, key, content);
        await add(key, { batchId, kept: { ...picture, length: content.length } });
      } catch (error) {
        onError?.(error);
        // On a full disk a part of it may be there, which nobody would count.
        await rm(toPath(directory, key), { force: true }).catch(() => {});
      }
    },
    hasAny: (batchId) => entries.values().some((entry) => entry.batchId === batchId),
    async forget(batchId) {
      const keys = entries.entries().filter(([, entry]) => entry.batchId === batchId);
      await Promise.all(keys.toArray().map(([key]) => remove(key)));
    },
  };
}

/** The hash stands for the picture in kept answers and on the model server, so the bytes must be its own. */
async function read(
  path: string,
  { length: _length, ...picture }: KeptPicture,
): Promise<PreparedImage | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || toHash(bytes) !== picture.hash) return undefined;
  return { ...picture, bytes };
}

async function write(directory: string, key: string, content: Buffer): Promise<void> {
  // Whoever tidies the disk may have removed it from under an idle process.
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(toPath(directory, key), content);
}

/** Named by a hash: what comes out of a file is never part of a path. */
function toPath(directory: string, key: string): string {
  return join(directory, `${toHash(key)}.jpg`);
}

function toHash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
