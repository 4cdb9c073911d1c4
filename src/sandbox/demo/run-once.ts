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
  const ended = await follow(place, files.length, run);
  const saved = await saveFiles(workspace, readThread(workspace, place), options.out);
  for (const path of saved) print(`Saved ${path}`);
  return ended === 'delivered';
}

async function readFiles({
  options,
  pictures,
}: RunOnce): Promise<{ name: string; bytes: Uint8Array }[]> {
  if (options.drop.length === 0) {
    const name = 'products.csv';
    return [{ name, bytes: Buffer.from(await sampleCsv(name, pictures)) }];
  }
  const read = async (path: string) => ({ name: basename(path), bytes: await readFile(path) });
  return Promise.all(options.drop.map(read));
}

/** Prints the thread until each dropped file is answered for, one way or the other. */
async function follow(
  place: Place,
  batches: number,
  { workspace, print, botEnded }: RunOnce,
): Promise<'delivered' | 'not delivered'> {
  const printer = createThreadPrinter(print);
  const { promise, resolve } = Promise.withResolvers<'delivered' | 'not delivered'>();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      print('Nothing has changed for ten minutes.');
      resolve('not delivered');
    }, quietMs);
    const thread = readThread(workspace, place);
    printer.show(thread);
    void pressStart(workspace, thread);
    const [parent] = thread;
    const delivered = thread.filter((message) => (message.files ?? []).length > 0).length - 1;
    if (delivered >= batches) resolve('delivered');
    else if (isGivenUp(parent)) resolve('not delivered');
  };
  const forget = workspace.onChange(look);
  look();
  void botEnded.then((how) => {
    print(`The bot ended (${String(how)}).`);
    resolve('not delivered');
  });
  const result = await promise;
  forget();
  clearTimeout(timer);
  return result;
}

function readThread(workspace: Workspace, { channel, ts }: Place): readonly Message[] {
  return workspace.thread(channel, ts);
}

/** The bot marks a message that it could not take. */
function isGivenUp(parent: Message | undefined): boolean {
  return parent?.reactions?.some((reaction) => reaction.name === 'x') === true;
}

const pressed = new Set<string>();

/** A batch that waits for a Start or Approve button gets it pressed, once. */
async function pressStart(workspace: Workspace, thread: readonly Message[]): Promise<void> {
  for (const message of thread) {
    for (const block of message.blocks ?? []) {
      const { elements } = block;
      if (!Array.isArray(elements)) continue;
      for (const element of elements as { type?: string; action_id?: string }[]) {
        const { action_id: actionId = '' } = element;
        if (element.type !== 'button' || !/start|approve/i.test(actionId)) continue;
        if (pressed.has(`${message.ts}/${actionId}`)) continue;
        pressed.add(`${message.ts}/${actionId}`);
        const { channel, ts: messageTs } = message;
        await workspace.click({ user: 'ada', channel, messageTs, actionId });
      }
    }
  }
}

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
