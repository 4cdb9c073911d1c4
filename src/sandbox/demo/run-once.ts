// One batch from the drop to the saved files, with the thread printed as it changes.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sampleCsv, toSampleName } from '../samples/sample-csv.ts';
import type { Message } from '../workspace/slack-objects.ts';
import type { Place } from '../workspace/person-messages.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { DemoOptions } from './demo-options.ts';
import { createThreadPrinter } from './print-thread.ts';

export interface RunOnce {
  readonly workspace: Workspace;
  readonly pictures: string;
  readonly options: DemoOptions;
  readonly print: (line: string) => void;
  /** Resolves when the bot has ended, which it should not. */
  readonly botEnded: Promise<unknown>;
}

/** True when every batch of the message came back with its files. */
export async function runOnce(run: RunOnce): Promise<boolean> {
  const { workspace, print, options } = run;
  const files = await readFiles(run);
  const channel = 'products';
  const place = await workspace.drop({ user: 'ada', channel, files, text: options.say });
  print(`Ada drops ${files.map((file) => file.name).join(', ')} into #${channel}.`);
  const delivered = await follow(place, countBatches(files), run);
  const saved = await saveFiles(workspace, readThread(workspace, place), options.out);
  for (const path of saved) print(`Saved ${path}`);
  return delivered;
}

/** Tables are a batch each; a zip or pictures make one of everything. */
function countBatches(files: readonly { readonly name: string }[]): number {
  const isBundle = files.some(({ name }) => /\.(?:zip|jpe?g|png|webp|gif|avif)$/i.test(name));
  return isBundle ? 1 : files.length;
}

async function readFiles({
  options,
  pictures,
}: RunOnce): Promise<{ name: string; bytes: Uint8Array }[]> {
  if (options.drop.length === 0) {
    const name = 'products.csv';
    return [{ name, bytes: Buffer.from(await sampleCsv(name, pictures)) }];
  }
  return Promise.all(
    options.drop.map(async (path) => ({
      name: basename(path),
      bytes: await readDropped(path, pictures),
    })),
  );
}

/** The samples' links name a placeholder; they are given the demo's own picture host. */
async function readDropped(path: string, pictures: string): Promise<Buffer> {
  const sample = toSampleName(path);
  if (sample !== undefined) return Buffer.from(await sampleCsv(sample, pictures));
  return readFile(path).catch((error: unknown) => {
    throw new Error(`${path} cannot be read. Check the path.`, { cause: error });
  });
}

/** Prints the thread until each dropped file is answered for, one way or the other. */
async function follow(
  place: Place,
  batches: number,
  { workspace, print, botEnded }: RunOnce,
): Promise<boolean> {
  const printer = createThreadPrinter(print);
  const { promise, resolve } = Promise.withResolvers<string>();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const thread = readThread(workspace, place);
    const { ms, verdict } = toPatience(thread);
    clearTimeout(timer);
    timer = setTimeout(() => resolve(verdict), ms);
    printer.show(thread);
    void pressStart(workspace, thread);
    const delivered = thread.filter((message) => (message.files ?? []).length > 0).length - 1;
    if (delivered >= batches) resolve('delivered');
  };
  const forget = workspace.onChange(look);
  look();
  const result = await Promise.race([
    promise,
    botEnded.then((how) => `the bot ended: ${String(how)}`),
  ]);
  forget();
  printer.show(readThread(workspace, place));
  clearTimeout(timer);
  if (result !== 'delivered') print(`Not finished (${result}).`);
  return result === 'delivered';
}

function readThread(workspace: Workspace, { channel, ts }: Place): readonly Message[] {
  return workspace.thread(channel, ts);
}

/** How long the thread may show no change before the batch is given up, and what that means then. */
function toPatience(thread: readonly Message[]): { ms: number; verdict: string } {
  const [parent, ...replies] = thread;
  const reactions = (parent?.reactions ?? []).map((reaction) => reaction.name);
  // The mark may come before the message with the reason, or before the files of a batch that failed.
  if (reactions.includes('x')) return { ms: 10_000, verdict: 'the bot could not use the file' };
  if (replies.length === 0 && reactions.length === 0) {
    return { ms: 60_000, verdict: 'the bot takes no notice of the file: has it a picture column?' };
  }
  // A real model server may be slow.
  return { ms: 10 * 60_000, verdict: 'nothing has changed for ten minutes' };
}

/** A batch that waits for a Start or Approve button gets it pressed. */
async function pressStart(workspace: Workspace, thread: readonly Message[]): Promise<void> {
  for (const { channel, ts: messageTs, blocks } of thread) {
    const actionId = /"action_id":"([^"]*(?:start|approve)[^"]*)"/i.exec(
      JSON.stringify(blocks ?? []),
    )?.[1];
    if (actionId === undefined || pressed.has(messageTs)) continue;
    pressed.add(messageTs);
    await workspace.click({ user: 'ada', channel, messageTs, actionId });
  }
}

/** Messages whose button has been pressed: once is enough. */
const pressed = new Set<string>();

async function saveFiles(
  workspace: Workspace,
  thread: readonly Message[],
  out: string,
): Promise<readonly string[]> {
  const [, ...replies] = thread;
  const posted = replies.flatMap((message) => message.files ?? []);
  if (posted.length > 0) await mkdir(out, { recursive: true });
  return Promise.all(
    posted.map(async ({ id }) => {
      const { name, bytes } = workspace.file(id);
      const path = join(out, basename(name));
      await writeFile(path, bytes);
      return path;
    }),
  );
}
