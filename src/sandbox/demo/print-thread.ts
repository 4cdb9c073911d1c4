// A thread as lines of text, printed as it grows and changes.

import type { Message } from '../workspace/slack-objects.ts';

export interface ThreadPrinter {
  /** Prints what is new since the last call. */
  show(thread: readonly Message[]): void;
}

export function createThreadPrinter(print: (line: string) => void): ThreadPrinter {
  const shown = new Map<string, string>();
  let reactions = '';
  return {
    show(thread) {
      const [parent, ...replies] = thread;
      const now = (parent?.reactions ?? []).map((reaction) => `:${reaction.name}:`).join(' ');
      if (now !== reactions && now !== '') print(`  reaction ${now}`);
      reactions = now;
      for (const message of replies) {
        const text = toText(message);
        if (shown.get(message.ts) === text) continue;
        const verb = shown.has(message.ts) ? 'edits' : 'posts';
        shown.set(message.ts, text);
        print(`\n  Darkroom ${verb}:`);
        for (const line of text.split('\n')) print(`    ${line}`);
      }
    },
  };
}

function toText(message: Message): string {
  const blocks = (message.blocks ?? []).flatMap((block) => readTexts(block));
  const files = (message.files ?? []).map((file) => `[file] ${file.name} (${file.size} bytes)`);
  return [...(blocks.length > 0 ? blocks : [message.text]), ...files].join('\n');
}

/** Every text of a block in the order in which it is read; buttons stand in brackets. */
function readTexts(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  if (Array.isArray(part)) return part.flatMap((item) => readTexts(item));
  const { type, text, confirm: _, ...rest }: { [field: string]: unknown } = { ...part };
  if (typeof text === 'string') return [text];
  const own = readTexts(text);
  if (type === 'button') return own.map((label) => `[ ${label} ]`);
  return [...own, ...Object.values(rest).flatMap((value) => readTexts(value))];
}
