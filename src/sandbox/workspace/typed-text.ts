// What Slack makes of the text that a person types: mentions and links in angle brackets, `& < >` escaped.
import type { Team } from './people.ts';

const pattern =
  /<[@#!][^<>\s]+>|(?<![\w/])@([a-z][\w.-]*)|https?:\/\/[^\s<>|"'，。；、（）《》]+|[&<>]/giu;
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Converts typed text; mentions that are already written Slack's way (`<@U123>`) stay as they are. */
export function toSlackText(typed: string, team: Team): string {
  return typed.replaceAll(pattern, (found: string, name: string | undefined) => {
    if (name !== undefined) return toMention(found, name, team);
    if (found.startsWith('http')) return `<${found.replaceAll('&', '&amp;')}>`;
    return escapes[found] ?? found;
  });
}

function toMention(found: string, name: string, team: Team): string {
  if (/^(?:here|channel|everyone)$/i.test(name)) return `<!${name.toLowerCase()}>`;
  const person = Object.values(team.people).find((one) => one.name === name.toLowerCase());
  return person ? `<@${person.id}>` : found;
}
