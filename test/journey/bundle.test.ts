// From dropped pictures to the results file in their thread.

import { readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rawZip, zip } from '../intake/bundle/archives.ts';
import { draw, drawAll, picturesIn } from '../support/coloured-pictures.ts';
import { toText, type Record, type Thread } from '../support/journey-thread.ts';
import { startOwnWorld, useJourneyWorld, type JourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const world = useJourneyWorld();

const filenames = (records: readonly Record[]): readonly (string | undefined)[] =>
  records.map((row) => row['filename']);

const isDrop = (name: string): boolean => name.startsWith('drop-');

/** As if this were another machine. */
async function removeDrops(dataDir: string): Promise<void> {
  for (const name of readdirSync(dataDir).filter(isDrop)) {
    // At once: the bot may be fetching it again before the last file is removed.
    const gone = join(dataDir, `gone-${name}`);
    await rename(join(dataDir, name), gone);
    await rm(gone, { recursive: true });
  }
}

async function isOver(thread: Thread, { dataDir }: JourneyWorld): Promise<void> {
  await until('the eyes give way', () => thread.reactions().join() === 'white_check_mark');
  await until('the files are removed', () => !readdirSync(dataDir).some(isDrop));
}

describe('a zip that is dropped into a channel', () => {
  it('comes back as a row a picture, each with the answer to its own picture', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `IMG_${1000 + at}.png`);
    const bytes = await zip({ ...(await drawAll(names)), 'notes.txt': 'x' });
    const thread = await world().drop({ files: [{ name: 'spring.zip', bytes }] });

    const [{ results, text }] = await thread.delivered();
    expect(results.name).toBe('spring.results.csv');
    expect(Object.keys(results.records[0] ?? {})[0]).toBe('filename');
    expect(filenames(results.records)).toEqual(names);
    expect(results.records.map(picturesIn)).toEqual(names.map((_, at) => [at]));
    expect(text).toContain('*spring.zip* is done: all 60 rows');
    const understood = toText(await thread.saying('60 pictures, a row each'));
    expect(understood).toContain('1 other file is left out: `notes.txt`');
    await isOver(thread, world());
  });

  it('puts pictures of one product into one row, and not where that is switched off', async () => {
    const names = ['mug/front.png', 'mug/back.png', 'lamp/side.png'];
    const files = [{ name: 'shop.zip', bytes: await zip(await drawAll(names)) }];
    const thread = await world().drop({ files });
    const [{ results }] = await thread.delivered();
    expect(filenames(results.records)).toEqual(['mug/front.png\nmug/back.png', 'lamp/side.png']);
    expect(results.records.map(picturesIn)).toEqual([[0, 1], [2]]);
    await thread.saying('3 pictures in 2 rows: the pictures of a folder are one row.');

    const again = await world().drop({ files, text: 'group: off' });
    const [{ results: each }] = await again.delivered();
    expect(filenames(each.records)).toEqual(names);
    await again.saying('3 pictures, a row each');
  });

  it('together with a table gives each row the pictures that it names', async () => {
    const bytes = await zip(await drawAll(['p/mug.png', 'p/Lamp.PNG', 'p/extra.png']));
    const text = 'sku,name,image\n1,Lamp,lamp.png\n2,Mug,mug.png\n3,Vase,vase.png\n';
    const thread = await world().drop({
      text: 'prompt: What is {{name}}?\ncolumns: title',
      files: [
        { name: 'list.csv', text },
        { name: 'shop.zip', bytes },
      ],
    });
    const [{ results, todo }] = await thread.delivered();
    expect(results.name).toBe('shop.results.csv');
    expect(results.records.map(picturesIn)).toEqual([[1], [0], []]);
    expect(results.records.map((row) => row['error_code'])).toEqual([
      '',
      '',
      'E_ROW_IMAGE_NOT_IN_ZIP',
    ]);
    expect(todo?.records.map((row) => row['sku'])).toEqual(['3']);
    const understood = toText(await thread.saying('`list.csv` says which row has which'));
    expect(understood).toContain('1 picture that no row names: `p/extra.png`');
    expect(understood).toContain('1 row names a picture that is not there');
    expect(thread.progress()).toHaveLength(1);
  });

  it('in Chinese, with names in GBK, is answered in Chinese', async () => {
    const bytes = rawZip([
      { name: Buffer.from('\u00b5\u00c6.png', 'latin1'), content: await draw(0) },
      {
        name: Buffer.from('\u00b1\u00ad\u00d7\u00d3.png', 'latin1'),
        content: await draw(1),
        method: 8,
      },
    ]);
    const thread = await world().drop({ user: 'wei', files: [{ name: '商品.zip', bytes }] });
    const [{ results }] = await thread.delivered();
    expect(results.name).toBe('商品.results.csv');
    expect(filenames(results.records)).toEqual(['灯.png', '杯子.png']);
    expect(results.records[0]).toHaveProperty('卖点');
    await thread.saying('共 2 张图片，每张一行');
  });

  it('is refused with its reason where it cannot be read', async () => {
    const thread = await world().drop({
      files: [{ name: 'cut.zip', bytes: Buffer.from('PK\u0003') }],
    });
    await thread.saying('"cut.zip" is no readable zip');
    await until('the cross', () => thread.reactions().join() === 'x');
    expect(thread.deliveries()).toEqual([]);
  });

  it('is left alone where its table has neither pictures nor links', async () => {
    const { drop, table } = world();
    const bytes = await zip({ 'books.csv': 'name,amount\nrent,1\n' });
    const ignored = await drop({ files: [{ name: 'books.zip', bytes }] });
    const asked = await drop({ text: '@darkroom', files: [{ name: 'asked.zip', bytes }] });
    await asked.saying('Columns found: name, amount');
    const later = await drop({ files: [table(1)] });
    await later.delivered();
    expect(ignored.replies()).toEqual([]);
    expect(ignored.reactions()).toEqual([]);
  });

  it('that a damaged picture is in fails that row alone', async () => {
    const content = await draw(1);
    const bytes = rawZip([
      { name: 'a.png', content: await draw(0) },
      { name: 'b.png', content, crc: 7 },
      { name: 'c.png', content: 'no picture' },
      {
        name: 'd.heic',
        content: '\u0000\u0000\u0000\u0018ftypheic\u0000\u0000\u0000\u0000mif1heic',
      },
    ]);
    const thread = await world().drop({ files: [{ name: 'some.zip', bytes }] });
    const [{ results }] = await thread.delivered();
    const codes = results.records.map((row) => row['error_code']);
    expect(codes).toEqual(['', 'E_ZIP_CORRUPT', 'E_FILE_NOT_IMAGE', 'E_IMAGE_FORMAT']);
    const sentence = results.records[3]?.['error'];
    expect(sentence).toContain('HEIC file, which cannot be read. Export it as JPEG');
  });
});

describe('loose pictures', () => {
  it('are a batch where the bot is mentioned, and left alone where it is not', async () => {
    const { drop, table } = world();
    const drawn = await drawAll(['b.png', 'a.png']);
    const files = Object.entries(drawn).map(([name, bytes]) => ({ name, bytes }));
    const ignored = await drop({ text: 'look at these', files });
    const thread = await drop({ text: '@darkroom', files });
    const [{ results, text }] = await thread.delivered();
    expect(results.name).toBe('pictures.results.csv');
    expect(filenames(results.records)).toEqual(['b.png', 'a.png']);
    expect(results.records.map(picturesIn)).toEqual([[0], [1]]);
    expect(text).toContain('*2 pictures* is done');
    const later = await drop({ files: [table(1)] });
    await later.delivered();
    expect(ignored.replies()).toEqual([]);
    expect(ignored.reactions()).toEqual([]);
  });

  it('with a table and a mention are the pictures that its rows name', async () => {
    const { drop } = world();
    const [a, b] = [await draw(0), await draw(1)];
    const thread = await drop({
      text: '@darkroom',
      files: [
        { name: 'a.png', bytes: a },
        { name: 'list.csv', text: 'sku,filename\n1,b.png\n2,a.png\n' },
        { name: 'b.png', bytes: b },
      ],
    });
    const [{ results }] = await thread.delivered();
    expect(results.name).toBe('list.results.csv');
    expect(results.records.map(picturesIn)).toEqual([[1], [0]]);
  });
});

/** Three pictures, of which the model server rejects the second. */
async function dropAndFail(): Promise<Thread> {
  const { drop, model } = world();
  model.faults.next({ matching: 'filename: b.png', status: 400 }, Infinity);
  const bytes = await zip(await drawAll(['a.png', 'b.png', 'c.png']));
  const thread = await drop({ text: 'cache: off', files: [{ name: 'spring.zip', bytes }] });
  const [{ results }] = await thread.delivered();
  expect(results.records.map((row) => row['status'])).toEqual(['done', 'failed', 'done']);
  await thread.saying('Retry 1 row');
  model.faults.clear();
  return thread;
}

async function retry({ channel, progress }: Thread): Promise<void> {
  const messageTs = progress()[0]?.ts ?? '';
  await world().workspace.click({
    user: 'ada',
    channel,
    messageTs,
    actionId: 'retry_batch',
  });
}

describe('a zip of which a row failed', () => {
  it('is fetched from Slack once more for its retry', async () => {
    const thread = await dropAndFail();
    await retry(thread);
    const [, second] = await thread.delivered(2);
    expect(second?.results.records.map(picturesIn)).toEqual([[0], [1], [2]]);
    await isOver(thread, world());
  });

  it('is not retried where it is no longer in Slack, and stays as it was', async () => {
    const thread = await dropAndFail();
    await world().workspace.deleteFile(thread.parent.files?.[0]?.id ?? '');
    await retry(thread);
    await thread.saying('The file is no longer in Slack. Drop it again.');
    expect(thread.deliveries()).toHaveLength(1);
    // The first batch stands as it was.
    await thread.saying('Retry 1 row');
  });
});

describe.concurrent('a worker without the dropped file', { timeout: 90_000 }, () => {
  const names = Array.from({ length: 40 }, (_, at) => `IMG_${1000 + at}.png`);

  /** A batch whose first rows are at the model server and whose last ones are not prepared yet. */
  async function begin({ drop, model }: JourneyWorld): Promise<Thread> {
    model.faults.next({ matching: 'filename: ', slowMs: 400 }, 40);
    const bytes = await zip(await drawAll(names));
    const thread = await drop({ files: [{ name: 'spring.zip', bytes }] });
    await until('rows are at the model server', () => model.running() > 0);
    return thread;
  }

  const few = { settings: { VLLM_MAX_IN_FLIGHT: '8' } };

  it('fetches it from Slack once more', async (test) => {
    await using own = await startOwnWorld(test, few);
    const { dataDir, workspace } = own;
    const thread = await begin(own);
    await removeDrops(dataDir);
    const [{ results }] = await thread.delivered(1, 60_000);
    expect(results.records.map(picturesIn)).toEqual(names.map((_, at) => [at]));
    expect(workspace.calls.filter(({ method }) => method === 'files.info')).toHaveLength(2);
    await isOver(thread, own);
  });

  it('on another disk takes over from one that was killed', async (test) => {
    await using own = await startOwnWorld(test, few);
    const { dataDir, killBot, startBot } = own;
    const thread = await begin(own);
    await killBot();
    const elsewhere = join(dataDir, 'another-machine');
    await mkdir(elsewhere);
    await startBot({ DATA_DIR: elsewhere });
    const [{ results }] = await thread.delivered(1, 60_000);
    expect(results.records.map(picturesIn)).toEqual(names.map((_, at) => [at]));
    await until('the eyes give way', () => thread.reactions().join() === 'white_check_mark');
  });

  it('says of the rows that still need it that the file is gone from Slack', async (test) => {
    await using own = await startOwnWorld(test, few);
    const { dataDir, workspace } = own;
    const thread = await begin(own);
    await workspace.deleteFile(thread.parent.files?.[0]?.id ?? '');
    await removeDrops(dataDir);
    const [{ results, text }] = await thread.delivered(1, 60_000);
    const codes = results.records.map((row) => row['error_code']);
    expect(new Set(codes)).toEqual(new Set(['', 'E_FILE_GONE']));
    expect(codes[0]).toBe('');
    expect(text).toContain('no longer in Slack');
  });
});
