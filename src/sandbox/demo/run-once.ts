// One batch from the drop to the saved files, with the thread printed as it changes.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sampleCsv } from '../samples/sample-csv.ts';
import type { Message } from '../workspace/slack-objects.ts';
import type { Place } from '../workspace/person-messages.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { DemoOptions } from './demo-options.ts';
import { createThreadPrinter } from './print-thread.ts';

/** A batch that shows no change for this long has got stuck; a real model server may be slow. */
const quietMs = 10 * 60_000;

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
  const delivered = await follow(place, files.length, run);
  const saved = await saveFiles(workspace, readThread(workspace, place), options.out);
  for (const path of saved) print(`Saved ${path}`);
  return delivered;
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
    options.drop.map(async (path) => ({ name: basename(path), bytes: await readFile(path) })),
  );
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
    clearTimeout(timer);
    timer = setTimeout(() => {
      resolve('nothing has changed for ten minutes');
    }, quietMs);
    const thread = readThread(workspace, place);
    printer.show(thread);
    void pressStart(workspace, thread);
    const [parent] = thread;
    const delivered = thread.filter((message) => (message.files ?? []).length > 0).length - 1;
    if (delivered >= batches) resolve('delivered');
    else if (isGivenUp(parent)) resolve('the bot refused it');
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

/** The bot marks a message that it could not take. */
function isGivenUp(parent: Message | undefined): boolean {
  return parent?.reactions?.some((reaction) => reaction.name === 'x') === true;
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
