// A message's text as Slack delivers it -> the text that the person typed.
// Slack's own markup: https://docs.slack.dev/messaging/formatting-message-text

import { stripHidden } from './clean-text.ts';

const escapes: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/**
 * Mentions go, links become their label or address, escapes become characters, curly quotes and
 * full-width double braces become plain ones, code fences become line ends. Safe on any text.
 */
export function toPlainText(slackText: string): string {
  const typed = slackText
    .replaceAll(/<([^<>]*)>/g, (_, inside: string) => toTyped(inside))
    .replaceAll(/&(?:lt|gt|amp);/g, (escape) => escapes[escape] ?? escape);
  return stripHidden(typed)
    .replaceAll(/[“”„‟＂]/g, '"')
    .replaceAll(/[‘’‚‛＇]/g, "'")
    .replaceAll(/[{｛]{2}/g, '{{')
    .replaceAll(/[}｝]{2}/g, '}}')
    .replaceAll('```', '\n')
    .replaceAll(/[\u00A0\u202F\u3000]/g, ' ');
}

/** What stands for the inside of Slack's angle brackets: `@U1`, `#C1|name`, `!here`, `url|label`. */
function toTyped(inside: string): string {
  const [target = '', label = ''] = inside.split('|', 2);
  if (target.startsWith('@')) return '';
  if (target.startsWith('#')) return label === '' ? '' : `#${label}`;
  if (target.startsWith('!')) return target.startsWith('!date') ? label : '';
  return label === '' ? target : label;
}
