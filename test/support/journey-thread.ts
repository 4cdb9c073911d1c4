// One thread of the workspace as a person sees it: what the bot wrote under a message, and the files in it.

import { parse } from 'csv-parse/sync';
import type { Place } from '../../src/sandbox/workspace/person-messages.ts';
import type { Message } from '../../src/sandbox/workspace/slack-objects.ts';
import type { Workspace } from '../../src/sandbox/workspace/workspace.ts';
import { until } from './until.ts';

export type Record = Readonly<{ [column: string]: string }>;

export interface PostedFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly records: readonly Record[];
}

/** The message with which a batch ends. */
export interface Delivery {
  readonly text: string;
  readonly results: PostedFile;
  readonly todo: PostedFile | undefined;
}

export interface Thread extends Place {
  readonly parent: Message;
  /** What the bot wrote, oldest first. */
  replies(): readonly Message[];
  /** The messages that are edited while batches are worked on, one for each batch. */
  progress(): readonly Message[];
  reactions(): readonly string[];
  deliveries(): readonly Delivery[];
  /** Results that were posted before the end. */
  soFar(): readonly PostedFile[];
  /** Settles when the thread shows so many deliveries. */
  delivered(count?: number, withinMs?: number): Promise<readonly [Delivery, ...Delivery[]]>;
  /** Settles with the first reply that holds the text, in any of its blocks. */
  saying(text: string | RegExp, withinMs?: number): Promise<Message>;
}

export function openThread(workspace: Workspace, { channel, ts }: Place): Thread {
  const all = (): readonly Message[] => workspace.thread(channel, ts);
  const bot = workspace.people.bot.id;
  const replies = () => all().filter((message) => message.user === bot);
  const deliveries = () =>
    replies()
      .filter(({ files = [] }) => files.some(({ name }) => name?.endsWith('.results.csv')))
      .map((message) => toDelivery(workspace, message));
  const parent = (): Message => {
    const [first] = all();
    if (first === undefined) throw new Error(`there is no message ${ts}`);
    return first;
  };
  return {
    channel,
    ts,
    get parent() {
      return parent();
    },
    replies,
    progress: () => replies().filter(({ metadata }) => metadata?.event_type === 'darkroom_batch'),
    reactions: () => (parent().reactions ?? []).map(({ name }) => name),
    deliveries,
    soFar: () =>
      replies()
        .flatMap(({ files = [] }) => files)
        .filter(({ name }) => name?.endsWith('.so-far.csv'))
        .map(({ id }) => toPostedFile(workspace.file(id))),
    async delivered(count = 1, withinMs) {
      const what = `${count} deliveries in the thread`;
      const found = await until(what, () => atLeast(deliveries(), count), withinMs);
      const [first, ...others] = found;
      if (first === undefined) throw new Error('no delivery');
      return [first, ...others];
    },
    saying: (text, withinMs) =>
      until(
        `a reply that says ${text}`,
        () => replies().find((message) => holds(toText(message), text)),
        withinMs,
      ),
  };
}

function atLeast<T>(items: readonly T[], count: number): readonly T[] | undefined {
  return items.length >= count ? items : undefined;
}

function holds(whole: string, text: string | RegExp): boolean {
  return typeof text === 'string' ? whole.includes(text) : text.test(whole);
}

/** Every text of a message, a line each: what a person reads in it. */
export function toText({ text, blocks }: { text: string; blocks?: readonly unknown[] }): string {
  return blocks === undefined || blocks.length === 0 ? text : blocks.flatMap(readTexts).join('\n');
}

function readTexts(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  if (Array.isArray(part)) return part.flatMap(readTexts);
  const fields = Object.entries(part).filter(([name]) => name !== 'confirm');
  return fields.flatMap(([name, value]) =>
    name === 'text' && typeof value === 'string' ? [value] : readTexts(value),
  );
}

function toDelivery(workspace: Workspace, message: Message): Delivery {
  const files = (message.files ?? []).map(({ id }) => toPostedFile(workspace.file(id)));
  const results = files.find(({ name }) => name.endsWith('.results.csv'));
  if (results === undefined) throw new Error('a message with files, but without a results file');
  const todo = files.find(({ name }) => name.endsWith('.todo.csv'));
  return { text: toText(message), results, todo };
}

function toPostedFile({ name, bytes }: { name: string; bytes: Buffer }): PostedFile {
  return { name, bytes, records: parseCsv(bytes) };
}

/** The rows of a CSV by column name. Throws for rows that are longer or shorter than the header. */
export function parseCsv(text: Buffer | string): readonly Record[] {
  return parse<Record>(text, { columns: true, bom: true });
}
