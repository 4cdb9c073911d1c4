// Preloaded into a bot (node --import) to switch one of its safeguards off, so that the programme can show
// that it would notice. The bot itself has no such switch: its files are changed on their way into it.

import fs from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import { edits } from './safeguards.ts';

const edit = edits.find(({ name }) => name === process.env['CHAOS_WITHOUT']);
if (edit === undefined) throw new Error('CHAOS_WITHOUT names no safeguard');

const change = (text: string): string => {
  const changed = text.replace(edit.text, edit.by);
  // Otherwise the safeguard would be on, and the programme would praise itself for nothing.
  if (changed === text)
    throw new Error(`${edit.file} has changed: ${edit.name} cannot be switched off`);
  return changed;
};

if (edit.file.endsWith('.ts')) {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(edit.file)) return loaded;
      return { ...loaded, source: change(fs.readFileSync(fileURLToPath(url), 'utf8')) };
    },
  });
} else {
  const read = fs.readFileSync;
  const readChanged = (...args: Parameters<typeof read>): unknown => {
    const content = read(...args);
    return String(args[0]).endsWith(edit.file) ? change(String(content)) : content;
  };
  Reflect.set(fs, 'readFileSync', readChanged);
  syncBuiltinESMExports();
}
