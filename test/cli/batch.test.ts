import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { startModelServer } from '../../src/sandbox/model/model-server.ts';
import { startPictureHost } from '../../src/sandbox/pictures/picture-host.ts';
import { makePng } from '../images/pictures.ts';
import { zip } from '../intake/bundle/archives.ts';

const program = join(import.meta.dirname, '../../src/cli/batch.ts');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What the command printed and how it ended; it never rejects. */
async function batch(
  args: readonly string[],
  settings: Record<string, string> = {},
): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', REDIS_URL: inject('redisUrl'), ...settings };
  const { promise, resolve } = Promise.withResolvers<Ended>();
  execFile(process.execPath, [program, ...args], { env }, (error, out, err) =>
    resolve({ code: Number(error?.code ?? 0), out, err }),
  );
  return promise;
}

describe('npm run batch', () => {
  it('runs a file and writes its results, and says what failed', async () => {
    const model = await startModelServer({ profile: 'instant' });
    onTestFinished(() => model.close());
    const pictures = await startPictureHost();
    onTestFinished(() => pictures.close());
    const directory = await mkdtemp(join(tmpdir(), 'darkroom-cli-'));
    const file = join(directory, 'shop.csv');
    const link = `http://${pictures.host}/pictures/mug-red-01.jpg`;
    await writeFile(file, `name,image_url\nmug,${link}\ncup,http://${pictures.host}/missing.jpg\n`);

    const ended = await batch([file, '--vllm', model.url, '--say', 'columns: title'], {
      IMAGE_ALLOW_HOSTS: pictures.host,
    });
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out).toContain('1 of 2 rows done, 1 failed');
    const text = await readFile(join(directory, 'shop.results.csv'), 'utf8');
    const [header, first, second]: string[][] = parse(text, { bom: true });
    expect(header).toEqual(['name', 'image_url', 'title', 'status', 'error_code', 'error']);
    expect(first?.[2]).toContain('simulated');
    expect(second?.slice(3, 5)).toEqual(['failed', 'E_IMAGE_HTTP_404']);
    expect(await readFile(join(directory, 'shop.todo.csv'), 'utf8')).toContain('cup');
  });

  it('runs a zip with the table beside it, and leaves both where they are', async () => {
    const model = await startModelServer({ profile: 'instant' });
    onTestFinished(() => model.close());
    const directory = await mkdtemp(join(tmpdir(), 'darkroom-cli-'));
    const paths = ['shop.zip', 'list.csv'].map((name) => join(directory, name));
    const [archive = '', list = ''] = paths;
    const [red, blue] = [await makePng(), await makePng(64, 64)];
    await writeFile(archive, await zip({ 'p/red.png': red, 'p/blue.png': blue }));
    await writeFile(list, 'name,image\nMug,blue.png\nCup,RED.png\n');

    const ended = await batch([...paths, '--vllm', model.url]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out).toContain('2 of 2 rows done');
    const files = ['list.csv', 'shop.results.csv', 'shop.zip'];
    expect((await readdir(directory)).toSorted()).toEqual(files);
    const [, first]: string[][] = parse(await readFile(join(directory, 'shop.results.csv')));
    expect(first?.slice(0, 2)).toEqual(['Mug', 'blue.png']);
    expect(first?.[2]).toContain('64x64');
  });

  it('explains itself, and what was typed wrong', async () => {
    expect(await batch(['--help'])).toMatchObject({ code: 0 });
    expect((await batch([])).err).toContain('Name a file');
    expect((await batch(['/no/such.csv'])).err).toContain('cannot be read');
    expect((await batch([tmpdir()])).err).toContain('is not a file');
    expect((await batch(['a.csv', 'b.csv'])).err).toContain('not a.csv and b.csv');
    expect((await batch(['x.csv', '--outt', 'y'])).err).toContain('--outt');
  });

  it('ends with 78 when a setting is missing, and with 1 when the file cannot be used', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'darkroom-cli-'));
    const file = join(directory, 'amounts.csv');
    await writeFile(file, 'name,amount\na,1\n');
    expect(await batch([file])).toMatchObject({ code: 78 });
    const refused = await batch([file, '--vllm', 'http://127.0.0.1:9']);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toContain('image');
  });
});
