// Text that other people wrote, made harmless inside Slack's mrkdwn.

import { stripHidden } from '../batch/clean-text.ts';

/** A zero-width space: shows nothing, and keeps a formatting sign from pairing with another. */
const breaker = '\u200B';

/** Signs that can open or close formatting: those at the edge of a word, and `:` of an emoji name. */
const formatting = /(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])|:(?=[\w+'-]+:)/gu;

function escapeBrackets(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Plain text for a mrkdwn place: no mention, link or formatting that it contains takes effect. */
export function escapeMrkdwn(text: string): string {
  return escapeBrackets(stripHidden(text)).replaceAll(
    formatting,
    (sign) => `${breaker}${sign}${breaker}`,
  );
}

/** One line of at most `limit` characters, for a place in a sentence; `…` marks a cut. Not escaped. */
export function toOneLine(text: string, limit: number): string {
  const line = stripHidden(text).replaceAll(/\s+/g, ' ').trim();
  const letters = Array.from(line);
  return letters.length <= limit ? line : `${letters.slice(0, limit - 1).join('')}…`;
}

/** Cut to one line and escaped: the form for file names and cells. */
export function showText(text: string, limit = 80): string {
  return escapeMrkdwn(toOneLine(text, limit));
}

/** Cut to one line, as code: the form for column names, which people copy from the message. */
export function showCode(text: string, limit = 60): string {
  return `\`${escapeBrackets(toOneLine(text, limit)).replaceAll('`', "'")}\``;
}
