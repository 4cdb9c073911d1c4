// A Slack message as what it asks for: one drop for each table in it, or one for a bundle of pictures.
// Pure; no request is made.

import { z } from 'zod';
import type { Drop, DroppedFile } from '../../batch/batch.ts';
import { toFileKind, type FileKind } from '../../batch/file-kind.ts';

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

interface Candidate {
  readonly kind: FileKind;
  readonly file: DroppedFile;
}

/** Slack Connect sends a stub without a name; only files.info tells what it is, a table most likely. */
function toCandidate({ id, name, title, mimetype, file_access: access }: SlackFile): Candidate {
  const shown = name ?? title ?? '';
  if (access === 'check_file_info') return { kind: 'table', file: { id, name: shown } };
  const kind = toFileKind(shown, mimetype ?? '');
  return { kind, file: { id, name: shown, ...(kind === 'table' ? {} : { kind }) } };
}

/**
 * The files of a message as batches. Tables alone are a batch each. Zips are one batch, with a table that
 * names their pictures; several tables go with them too, so that the person hears that one is too many.
 * Loose pictures count where Darkroom was addressed: elsewhere people paste screenshots.
 */
function toBundles(
  files: readonly SlackFile[],
  { addressed }: { readonly addressed: boolean },
): readonly (readonly DroppedFile[])[] {
  const candidates = files.map((file) => toCandidate(file));
  const of = (...kinds: readonly FileKind[]): readonly DroppedFile[] =>
    candidates.filter(({ kind }) => kinds.includes(kind)).map(({ file }) => file);
  const tables = of('table');
  const pictures: readonly FileKind[] = addressed ? ['picture'] : [];
  if (of('archive').length > 0) return [of('archive', 'table', ...pictures)];
  if (of(...pictures).length > 0 && tables.length < 2) return [of('table', ...pictures)];
  return tables.map((table) => [table]);
}

/** Whether anything comes of the message's files where Darkroom is addressed. */
export function hasBatch(message: SlackMessage): boolean {
  return toBundles(message.files ?? [], { addressed: true }).length > 0;
}

/** The drops of a message that somebody pointed at: by a shortcut, or by mentioning Darkroom below it. */
export function toAskedDrops(message: SlackMessage, asking: Asking): readonly Drop[] {
  return buildDrops(message, asking, { addressed: true });
}

function buildDrops(
  message: SlackMessage,
  asking: Asking,
  { addressed }: { readonly addressed: boolean },
): readonly Drop[] {
  return toBundles(message.files ?? [], { addressed }).map((files, index) => ({
    key: `${asking.key}:${index}`,
    team: asking.team,
    channel: asking.channel,
    messageTs: message.ts,
    threadTs: message.thread_ts ?? message.ts,
    user: asking.user,
    text: asking.text ?? message.text ?? '',
    files,
    addressed,
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
 * without a mention, and everything that is neither table nor bundle.
 */
export function toDrops(message: SlackMessage, team: string, botUser: string): readonly Drop[] {
  if (!isFromPerson(message)) return [];
  const { channel, user, ts } = message;
  const addressed = isAddressed(message, botUser);
  const threaded = message.thread_ts != null && message.thread_ts !== ts;
  if (threaded && !addressed) return [];
  const asking = { team, channel, user, key: `${team}:${channel}:${ts}` };
  return buildDrops(message, asking, { addressed });
}
