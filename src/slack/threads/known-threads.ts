// The threads in which a batch is under way, as this process and this machine's disk know them: what is left
// to tell people by when Redis has lost its data. A file for each, so that processes may share the directory.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Batch, Drop } from '../../batch/batch.ts';
import type { Logger } from '../../logger.ts';

export interface KnownThread extends Pick<Batch, 'id' | 'language'> {
  /** Without its text. */
  readonly drop: Drop;
  /** The message that shows the progress, once it stands there. */
  readonly progressTs?: string | undefined;
  /** That message may say that the store is away, see create-storage-watch.ts. */
  readonly isWaiting?: boolean | undefined;
}

export interface KnownThreads {
  /** The batch is under way, and its thread shows it. Never rejects: without a disk the memory must do. */
  note(batch: Batch, progressTs: string | undefined): Promise<void>;
  /** Its message may say from now on that the store is away, or is shown anew. Never rejects; nothing happens to
   *  a thread that is not known. */
  mark(dropKey: string, isWaiting: boolean): Promise<void>;
  /** Nothing more is owed to the thread. Never rejects; a marked one is owed to be shown anew, and stays. */
  forget(dropKey: string): Promise<void>;
  all(): readonly KnownThread[];
}

const stored = z.object({
  id: z.string(),
  language: z.enum(['en', 'zh']),
  progressTs: z.string().optional(),
  isWaiting: z.boolean().optional(),
  drop: z.object({
    key: z.string(),
    team: z.string(),
    channel: z.string(),
    messageTs: z.string(),
    threadTs: z.string(),
    user: z.string(),
    text: z.literal(''),
    files: z.array(z.object({ id: z.string(), name: z.string() })),
    addressed: z.boolean(),
  }),
});

/** With what an earlier process has left in the directory; in memory alone where there is none. */
export async function openKnownThreads(
  directory: string | undefined,
  log: Logger,
): Promise<KnownThreads> {
  const threads = new Map<string, KnownThread>();
  const disk = directory === undefined ? undefined : createDisk(directory, log);
  for (const thread of (await disk?.read()) ?? []) threads.set(thread.drop.key, thread);
  const keep = async (thread: KnownThread): Promise<void> => {
    threads.set(thread.drop.key, thread);
    await disk?.write(thread);
  };
  return {
    async note({ id, language, drop }, progressTs) {
      const known = threads.get(drop.key);
      const isSame =
        known !== undefined &&
        known.id === id &&
        known.language === language &&
        known.progressTs === progressTs;
      if (isSame) return;
      const { isWaiting } = known ?? {};
      await keep({ id, language, progressTs, isWaiting, drop: withoutContent(drop) });
    },
    async mark(key, isWaiting) {
      const known = threads.get(key);
      if (known !== undefined) await keep({ ...known, isWaiting: isWaiting || undefined });
    },
    async forget(key) {
      if (threads.get(key)?.isWaiting === true) return;
      if (threads.delete(key)) await disk?.remove(key);
    },
    all: () => [...threads.values()],
  };
}

function withoutContent(drop: Drop): Drop {
  return { ...drop, text: '', files: drop.files.map(({ id, name }) => ({ id, name })) };
}

interface Disk {
  read(): Promise<readonly KnownThread[]>;
  write(thread: KnownThread): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Nothing of it rejects. */
function createDisk(directory: string, log: Logger): Disk {
  const toPath = (key: string): string =>
    join(directory, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  let last = Promise.resolve();
  // One after the other: what was noted last is what stands there.
  const attempt = (work: () => Promise<void>): Promise<void> => {
    last = last.then(work).catch((error: unknown) => {
      log.warn({ err: error }, 'a thread could not be noted on the disk');
    });
    return last;
  };
  return {
    read: () => readAll(directory, log),
    write: (thread) =>
      attempt(async () => {
        await mkdir(directory, { recursive: true });
        const path = toPath(thread.drop.key);
        await writeFile(`${path}.${process.pid}`, JSON.stringify(thread));
        await rename(`${path}.${process.pid}`, path);
      }),
    remove: (key) => attempt(() => rm(toPath(key), { force: true })),
  };
}

async function readAll(directory: string, log: Logger): Promise<readonly KnownThread[]> {
  const names = await readdir(directory).catch((): string[] => []);
  const threads: KnownThread[] = [];
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    try {
      threads.push(stored.parse(JSON.parse(await readFile(join(directory, name), 'utf8'))));
    } catch (error) {
      // Another process may have removed it just now, or written half of it when the disk was full.
      log.warn({ err: error }, 'a thread that was noted on the disk cannot be read');
    }
  }
  return threads;
}
