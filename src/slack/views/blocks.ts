// The few Slack blocks that Darkroom's messages are made of, kept inside Slack's limits.

import type { types } from '@slack/bolt';

export type Block = types.KnownBlock;

/** A message as Slack takes it. `text` says the same as the blocks, for notifications and screen readers. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** Slack refuses a section over 3,000 characters, and a message over about 13,200 in all. */
const sectionLimit = 1_500;

/** Cuts at a line end where there is one, so that no formatting or link is torn. */
export function cutMrkdwn(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.lastIndexOf('\n', limit - 2);
  return end > 0 ? `${text.slice(0, end)}\n…` : `${text.slice(0, limit - 1).toWellFormed()}…`;
}

export function buildSection(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text: cutMrkdwn(text, sectionLimit) } };
}

export function buildContext(text: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: cutMrkdwn(text, sectionLimit) }] };
}

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
}

export interface Confirm {
  readonly title: PlainText;
  readonly text: PlainText;
  readonly confirm: PlainText;
  readonly deny: PlainText;
  readonly style: 'danger';
}

function toPlain(text: string): PlainText {
  return { type: 'plain_text', text };
}

/** The question before something that is not undone. */
export function toConfirm(words: {
  title: string;
  text: string;
  yes: string;
  no: string;
}): Confirm {
  return {
    title: toPlain(words.title),
    text: toPlain(words.text),
    confirm: toPlain(words.yes),
    deny: toPlain(words.no),
    style: 'danger',
  };
}

export function buildBullets(lines: readonly string[]): string {
  return lines.map((line) => `• ${line}`).join('\n');
}

/** A moment in the reader's own time zone; https://docs.slack.dev/messaging/formatting-message-text */
export function buildTime(epochMs: number): string {
  const seconds = Math.floor(epochMs / 1000);
  const fallback = new Date(epochMs).toISOString().slice(11, 16);
  return `<!date^${seconds}^{time}|${fallback} UTC>`;
}

/** The same with its day: "yesterday 18:02". */
export function buildMoment(epochMs: number): string {
  const seconds = Math.floor(epochMs / 1000);
  const fallback = new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ');
  return `<!date^${seconds}^{date_short_pretty} {time}|${fallback} UTC>`;
}
