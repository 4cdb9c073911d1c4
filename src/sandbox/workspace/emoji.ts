// The emoji that this workspace knows by name; the page reads the same list.
import { readFileSync } from 'node:fs';

const known: Record<string, string> = JSON.parse(
  readFileSync(new URL('./page/emoji.json', import.meta.url), 'utf8'),
);

/** True for a name that can be a reaction. Real Slack knows more names; a bot should keep to common ones. */
export function isEmojiName(name: string): boolean {
  return Object.hasOwn(known, name.replace(/::skin-tone-[2-6]$/, ''));
}
