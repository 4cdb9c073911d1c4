// The demo as a person meets it: everything that `npm run demo` starts, and a browser on its page.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { startBotProcess } from '../../src/sandbox/demo/bot-process.ts';
import { startSurroundings, type Surroundings } from '../../src/sandbox/demo/surroundings.ts';

/** Chromium must not call home, and runs as root in containers. */
const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const screenshots = join(import.meta.dirname, 'screenshots');

export interface DemoWorld extends AsyncDisposable {
  readonly surroundings: Surroundings;
  /** A fresh page on #products, as this person. */
  open(person: 'ada' | 'wei'): Promise<Page>;
}

export async function startDemoWorld(): Promise<DemoWorld> {
  await using stack = new AsyncDisposableStack();
  const options = {
    once: false,
    drop: [],
    say: '',
    out: '',
    mode: 'socket',
    gpu: 'steady',
  } as const;
  const surroundings = stack.use(await startSurroundings(options, process.env));
  const bot = stack.adopt(
    startBotProcess({ settings: surroundings.settings }),
    async (process_) => {
      await process_.stop();
    },
  );
  const started = await Promise.race([surroundings.workspace.waitForBot(30_000), bot.ended]);
  if (started !== undefined) throw new Error(`the bot ended: ${bot.log.join('\n')}`);
  const browser = stack.adopt(await launch(), (each) => each.close());
  const parts = stack.move();
  return {
    surroundings,
    async open(person) {
      const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });
      await page.goto(`${surroundings.workspace.url}?user=${person}`);
      await page.getByTestId('composer').waitFor();
      return page;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function launch(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  try {
    return await chromium.launch({ executablePath, args: browserArguments });
  } catch (error) {
    const cure = 'Install it (apt-get install chromium), or name another with CHROMIUM=/path.';
    throw new Error(`There is no Chromium at ${executablePath}. ${cure}`, { cause: error });
  }
}

/** Puts a file into the message box and sends it; the new message on the page. */
export async function dropFile(page: Page, name: string, text: string): Promise<Locator> {
  const before = await page.getByTestId('message').count();
  const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
  await page.getByTestId('file-input').setInputFiles(file);
  await page.getByTestId('send').click();
  const message = page.getByTestId('messages').getByTestId('message').nth(before);
  await message.waitFor();
  return message;
}

/** Opens the message's thread as soon as it has an answer; the thread on the page. */
export async function openThread(page: Page, message: Locator): Promise<Locator> {
  await message.getByTestId('open-thread').click();
  const thread = page.getByTestId('thread-messages');
  await thread.waitFor();
  return thread;
}

/** For a look at what a person sees; nothing is compared with it. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}
