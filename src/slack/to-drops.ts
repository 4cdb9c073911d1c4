// A Slack message as what it asks for: one drop for each table in it. Pure; no request is made.

import { z } from 'zod';
import type { Drop } from '../batch/batch.ts';
import { isTableName } from '../batch/table-name.ts';

const fileShape = z.object({
  id: z.string().min(1),
  name: z.string().nullish(),
  title: z.string().nullish(),
  mimetype: z.string().nullish(),
  file_access: z.string().nullish(),
});

const messageShape = z.object({
  subtype: z.string().nullish(),
  bot_id: z.string().nullish(),
  user: z.string().nullish(),
  text: z.string().nullish(),
  ts: z.string().min(1),
  thread_ts: z.string().nullish(),
  channel: z.string().nullish(),
  channel_type: z.string().nullish(),
  files: z.array(fileShape).nullish(),
});

/** A message of Slack as far as Darkroom looks at it. */
export type SlackMessage = z.infer<typeof messageShape>;
export type SlackFile = z.infer<typeof fileShape>;

/** undefined for anything that is not a message with a timestamp. */
export function parseMessage(value: unknown): SlackMessage | undefined {
  const parsed = messageShape.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Who asks, and where, when it is not the message itself that says so. */
export interface Asking {
  readonly team: string;
  readonly channel: string;
  readonly user: string;
  /** Begins the keys of the drops; the same asking, delivered twice, has the same. */
  readonly key: string;
  /** What is asked; the message's own text if absent. */
  readonly text?: string;
}

/** Slack Connect sends a stub without a name; only files.info tells what it is. */
function isCandidate(file: SlackFile): boolean {
  if (file.file_access === 'check_file_info') return true;
  return isTableName(file.name ?? file.title ?? '', file.mimetype ?? '');
}

export function hasTable(message: SlackMessage): boolean {
  return (message.files ?? []).some(isCandidate);
}

/** The drops of a message that somebody pointed at: by a shortcut, or by mentioning Darkroom below it. */
export function toAskedDrops(message: SlackMessage, asking: Asking): readonly Drop[] {
  const files = (message.files ?? []).filter(isCandidate);
  return files.map((file, index) => ({
    key: `${asking.key}:${index}`,
    team: asking.team,
    channel: asking.channel,
    messageTs: message.ts,
    threadTs: message.thread_ts ?? message.ts,
    user: asking.user,
    text: asking.text ?? message.text ?? '',
    files: [{ id: file.id, name: file.name ?? file.title ?? '' }],
    addressed: true,
  }));
}

export function isDirect(message: SlackMessage): boolean {
  return message.channel_type === 'im';
}

export function mentions(text: string, user: string): boolean {
  return text.includes(`<@${user}>`) || text.includes(`<@${user}|`);
}

/** A message by a person in a place: everything that an answer needs. */
export type Said = SlackMessage & { readonly channel: string; readonly user: string };

/** True for a new message by a person; edits, deletions, joins and other bots are none. */
export function isFromPerson(message: SlackMessage): message is Said {
  const { subtype, bot_id: bot, user, channel } = message;
  const isNew = subtype == null || subtype === 'file_share';
  return isNew && bot == null && user != null && channel != null;
}

export function isAddressed(message: SlackMessage, botUser: string): boolean {
  return isDirect(message) || mentions(message.text ?? '', botUser);
}

/**
 * The drops of a `message` event, empty where the files were not meant for Darkroom: in a thread
 * without a mention, and everything that is no table.
 */
export function toDrops(message: SlackMessage, team: string, botUser: string): readonly Drop[] {
  if (!isFromPerson(message)) return [];
  const { channel, user, ts } = message;
  const addressed = isAddressed(message, botUser);
  const threaded = message.thread_ts != null && message.thread_ts !== ts;
  if (threaded && !addressed) return [];
  const asking = { team, channel, user, key: `${team}:${channel}:${ts}` };
  return toAskedDrops(message, asking).map((drop) => ({ ...drop, addressed }));
}
