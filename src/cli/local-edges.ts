// Files from this machine's disk and back to it, in the place of Slack's.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { toLanguage } from '../batch/language.ts';
import type { EngineEdges } from '../engine/engine.ts';

export interface LocalFiles {
  /** Created when it is missing. */
  readonly out: string;
  /** Such as zh_CN.UTF-8. */
  readonly locale: string | undefined;
  /** Told the paths of the files once they are written. */
  readonly onDelivered: (paths: readonly string[]) => void;
}

export function createLocalEdges({ out, locale, onDelivered }: LocalFiles): EngineEdges {
  return {
    /** A link to the file, which stays where it is; the dropped file's id is its path. */
    async fetchFile({ id, name }, directory) {
      const path = join(directory, 'file');
      await symlink(resolve(id), path);
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      const { size } = await stat(path);
      return { path, name, bytes: size, hash: hash.digest('hex') };
    },
    async deliver(_batch, { files }) {
      await mkdir(out, { recursive: true });
      const copies = files.map(({ path, name }) => ({ from: path, to: join(out, name) }));
      await Promise.all(copies.map(({ from, to }) => copyFile(from, to)));
      onDelivered(copies.map(({ to }) => to));
    },
    languageOf: async () => toLanguage(locale),
    linkTo: async (batchId) => `batch ${batchId}`,
    onOutcome: () => {},
  };
}
