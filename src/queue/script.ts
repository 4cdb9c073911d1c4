// A Lua script: one atomic operation, its source in scripts/, and what it answers.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { luaKeys } from './keys.ts';

export interface Script<Reply> {
  readonly source: string;
  readonly sha: string;
  readonly reply: z.ZodType<Reply>;
}

/** The file `scripts/<name>.lua`, with what every script has in common before it. */
export function readScript<Reply>(name: string, reply: z.ZodType<Reply>): Script<Reply> {
  const source = `${luaKeys}${readLua('common')}${readLua(name)}`;
  return { source, sha: createHash('sha1').update(source).digest('hex'), reply };
}

/** The text of `scripts/<name>.lua` alone. */
export function readLua(name: string): string {
  return readFileSync(join(import.meta.dirname, 'scripts', `${name}.lua`), 'utf8');
}
