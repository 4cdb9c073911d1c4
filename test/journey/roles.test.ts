// The conversation in one process and the rows in others, as on several machines: each has its own disk.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BotProcess } from '../../src/sandbox/demo/bot-process.ts';
import { drawAll, picturesIn } from '../support/coloured-pictures.ts';
import { startOwnWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';
import { zip } from '../intake/bundle/archives.ts';

/** Empty settings count as not set. */
const botSettings = { ROLE: 'bot', VLLM_URL: '' };

async function startWorker(
  world: JourneyWorld,
  name: string,
  model = world.model,
): Promise<BotProcess> {
  const dataDir = join(world.dataDir, name);
  await mkdir(dataDir);
  return world.startBeside({
    ROLE: 'worker',
    SLACK_APP_TOKEN: '',
    VLLM_URL: model.url,
    DATA_DIR: dataDir,
  });
}

async function read(process: BotProcess, path: string): Promise<string> {
  const line = process.log.find((each) => each.includes('Darkroom is ready')) ?? '';
  const port = /"opsPort":(\d+)/.exec(line)?.[1];
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return response.text();
}

/** Rows that the process has recorded outcomes of. */
async function rowsOf(process: BotProcess): Promise<number> {
  const text = await read(process, '/metrics');
  return Number(/^darkroom_rows_total\{outcome="done".*\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** Each process says how it is, and only of what it does. */
async function expectOwnReports(
  world: JourneyWorld,
  workers: readonly BotProcess[],
): Promise<void> {
  const endpoint = `127.0.0.1:${world.model.port}`;
  expect(await read(world.bot(), '/readyz')).toBe('ready\n');
  const bot = await read(world.bot(), '/metrics');
  expect(bot).toContain('darkroom_slack_connected 1');
  expect(bot).not.toMatch(/^darkroom_(rows_total|model_server_open)\{/m);
  for (const worker of workers) {
    expect(await read(worker, '/readyz')).toMatch(
      new RegExp(`^ready\n${endpoint}: open, 0 of \\d+ in flight\n$`),
    );
    const rows = await read(worker, '/metrics');
    expect(rows).toContain(`darkroom_model_server_open{endpoint="${endpoint}"} 1`);
    expect(rows).not.toMatch(/^darkroom_slack_connected/m);
  }
}

const timeout = 240_000;
/** Several processes start and work on two cores. */
const patienceMs = 120_000;

const names = Array.from({ length: 40 }, (_, at) => `IMG_${1000 + at}.png`);

describe.concurrent('a bot and two workers', { timeout }, () => {
  it('finish a batch together, and its pictures reach workers on other machines', async (test) => {
    await using world = await startOwnWorld(test, { settings: botSettings });
    const workers = [await startWorker(world, 'one'), await startWorker(world, 'two')];
    const { drop, table, model } = world;
    model.faults.next({ slowMs: 200 }, 400);
    const bytes = await zip(await drawAll(names));
    const zipped = await drop({ files: [{ name: 'spring.zip', bytes }] });
    const linked = await drop({ files: [table(200)] });

    const [{ results: pictures }] = await zipped.delivered(1, patienceMs);
    expect(pictures.records.map(picturesIn)).toEqual(names.map((_, at) => [at]));
    const [{ results }] = await linked.delivered(1, patienceMs);
    expect(results.records.map((row) => row['status'])).toEqual(Array(200).fill('done'));

    const shares = await Promise.all(workers.map(rowsOf));
    expect(shares.every((count) => count > 0)).toBe(true);
    expect(shares.reduce((sum, count) => sum + count, 0)).toBe(240);
    await expectOwnReports(world, workers);
  });

  it('that know a server each go on with the batch where one of the servers is gone', async (test) => {
    await using world = await startOwnWorld(test, { models: 2, settings: botSettings });
    const { drop, table, models } = world;
    const [gone, stays] = models;
    await startWorker(world, 'one', gone);
    await startWorker(world, 'two', stays);
    for (const { faults } of models) faults.next({ matching: 'sku: S', slowMs: 150 }, 200);
    const thread = await drop({ files: [table(150)] });
    await until(
      'both servers have rows',
      () => models.every(({ calls }) => calls.length > 10),
      patienceMs,
    );
    await gone?.faults.away(true);
    const [{ results }] = await thread.delivered(1, patienceMs);
    expect(results.records.map((row) => row['status'])).toEqual(Array(150).fill('done'));
  });

  it('lose no row when a worker is killed, nor a result when the bot is', async (test) => {
    await using world = await startOwnWorld(test, { settings: botSettings });
    const [killed] = [await startWorker(world, 'one'), await startWorker(world, 'two')];
    const { drop, table, model, killBot, startBot } = world;
    model.faults.next({ matching: 'sku: S', slowMs: 200 }, 400);
    const thread = await drop({ files: [table(150)] });
    await until('rows are at the model server', () => model.running() > 4, patienceMs);
    await killed?.kill();
    await killBot();
    await until('the rows go on without the bot', () => model.calls.length > 140, patienceMs);
    await startBot();
    const [{ results }] = await thread.delivered(1, patienceMs);
    expect(results.records.map((row) => row['status'])).toEqual(Array(150).fill('done'));
    expect(thread.deliveries()).toHaveLength(1);
  });
});
