// Preloaded into a bot (node --import): while the file lies there that CHAOS_DISK_FULL names, no file of its DATA_DIR
// can be begun, as on a full disk. A real one is nobody's to mount everywhere.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { CHAOS_DISK_FULL: sign = '', DATA_DIR: directory = '' } = process.env;

function refuse(path: unknown): void {
  if (!String(path).startsWith(directory) || !fs.existsSync(sign)) return;
  throw Object.assign(new Error(`ENOSPC: no space left on device, open '${String(path)}'`), {
    code: 'ENOSPC',
  });
}

if (sign !== '') {
  const { open, writeFile } = fs.promises;
  Reflect.set(fs.promises, 'open', async (...args: Parameters<typeof open>) => {
    if (args[1] !== 'r') refuse(args[0]);
    return open(...args);
  });
  Reflect.set(fs.promises, 'writeFile', async (...args: Parameters<typeof writeFile>) => {
    refuse(args[0]);
    return writeFile(...args);
  });
  syncBuiltinESMExports();
}

/** Settings with which a bot's disk is full while there is a file of this name. */
export function buildFullDiskSettings(path: string): Readonly<Record<string, string>> {
  const program = pathToFileURL(join(import.meta.dirname, 'full-disk-program.ts')).href;
  return { CHAOS_DISK_FULL: path, NODE_OPTIONS: `--import=${program}` };
}
