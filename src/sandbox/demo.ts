// The demo: the real bot on a real Redis, in a simulated workspace, with a simulated model server.

import { startBotProcess, type BotProcess } from './demo/bot-process.ts';
import { help, parseDemoOptions, type DemoOptions } from './demo/demo-options.ts';
import { runOnce } from './demo/run-once.ts';
import { startSurroundings } from './demo/surroundings.ts';

const print = (line: string): void => console.log(line);

/** The bot's log: warnings and worse, so that a person sees what is wrong. */
function printTrouble(line: string): void {
  if (/"level":"(warn|error|fatal)"/.test(line) || !line.startsWith('{'))
    console.error(`  bot: ${line}`);
}

async function untilInterrupted(bot: BotProcess): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<'interrupted'>();
  process.once('SIGINT', () => resolve('interrupted'));
  process.once('SIGTERM', () => resolve('interrupted'));
  const how = await Promise.race([promise, bot.ended]);
  if (how === 'interrupted') return 0;
  print(`The bot ended (${how}).`);
  return 1;
}

/** The exit code. */
async function runDemo(options: DemoOptions): Promise<number> {
  await using surroundings = await startSurroundings(options, process.env);
  const { workspace, pictures, settings, summary } = surroundings;
  const bot = startBotProcess({ settings, onLine: printTrouble });
  await using _ = { [Symbol.asyncDispose]: async () => void (await bot.stop()) };
  for (const line of summary) print(line);
  const started = await Promise.race([workspace.waitForBot(60_000), bot.ended]);
  if (started !== undefined) {
    print(`The bot did not start (${started}).`);
    return 1;
  }
  if (options.once) {
    const run = { workspace, pictures, options, print, botEnded: bot.ended };
    return (await runOnce(run)) ? 0 : 1;
  }
  print(
    `\nOpen ${workspace.url} and drop a CSV or a zip of pictures into #products; samples are there to drop.`,
  );
  print('Ctrl+C ends the demo.');
  return await untilInterrupted(bot);
}

try {
  const options = parseDemoOptions(process.argv.slice(2));
  if (options === undefined) print(help);
  else process.exitCode = await runDemo(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
