import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { PreparedImage } from '../../src/batch/completion.ts';
import { toFault, type Fault } from '../../src/errors.ts';
import { createKeptPictures } from '../../src/images/kept-pictures.ts';
import { createPrepareOnce } from '../../src/engine/prepare-once.ts';
import type { PrepareImage } from '../../src/work/ports.ts';
import { batch } from '../work/fakes.ts';

type Prepared = PreparedImage | Fault;

const bytes = Buffer.from('jpeg');
const hash = createHash('sha256').update(bytes).digest('hex');
const picture: PreparedImage = { bytes, hash, width: 32, height: 32 };
const url = 'https://shop.example/a.jpg';
const summary = {
  rows: 10,
  faultyRows: 0,
  rowsWithoutImage: 0,
  repeatedImages: 3,
  images: 10,
  warnings: [],
};

interface Work {
  readonly reference: unknown;
  readonly signal: AbortSignal;
  end(prepared: Prepared): void;
}

interface World {
  readonly prepare: PrepareImage;
  /** What was begun, oldest first. */
  readonly works: Work[];
}

async function open(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const works: Work[] = [];
  const prepare = createPrepareOnce(async (reference, { signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Prepared>();
    signal.addEventListener('abort', () => reject(signal.reason));
    works.push({ reference, signal, end: resolve });
    return promise;
  }, createKeptPictures({ directory }));
  return { prepare, works };
}

type Options = Parameters<PrepareImage>[1];

function options(change: Partial<Options> = {}): Options {
  return {
    batch: { ...batch, summary },
    pixelBudget: 1000,
    signal: new AbortController().signal,
    ...change,
  };
}

async function begun({ works }: World, count: number): Promise<void> {
  await vi.waitFor(() => expect(works).toHaveLength(count));
}

describe('preparing equal pictures', () => {
  it('is done once for rows that ask at the same time, and for those that ask later', async () => {
    const world = await open();
    const rows = [1, 2, 3].map(() => world.prepare(url, options()));
    await begun(world, 1);
    world.works[0]?.end(picture);
    expect(await Promise.all(rows)).toEqual([picture, picture, picture]);
    expect(await world.prepare(url, options())).toEqual(picture);
    expect(world.works).toHaveLength(1);
  });

  it('gives rows the one copy that others hold', async () => {
    const world = await open();
    const row = world.prepare(url, options());
    await begun(world, 1);
    world.works[0]?.end(picture);
    await row;
    expect(await world.prepare(url, options())).toBe(picture);
  });

  it('is done for each picture, size and batch', async () => {
    const world = await open();
    const other = { ...batch, summary, drop: { ...batch.drop, key: 'another' } };
    void world.prepare(url, options());
    void world.prepare('https://shop.example/b.jpg', options());
    void world.prepare({ file: 0, name: 'a.jpg' }, options());
    void world.prepare({ file: 1, name: 'a.jpg' }, options());
    void world.prepare(url, options({ pixelBudget: 2000 }));
    void world.prepare(url, options({ batch: other }));
    await begun(world, 6);
    expect(world.works.map(({ reference }) => reference)).toContain('https://shop.example/b.jpg');
    for (const { end } of world.works) end(picture);
  });

  it('goes on for the others when one row goes back, and ends when all have', async () => {
    const world = await open();
    const [first, second] = [new AbortController(), new AbortController()];
    const gone = world.prepare(url, options({ signal: first.signal }));
    const stays = world.prepare(url, options({ signal: second.signal }));
    await begun(world, 1);
    first.abort();
    await expect(gone).rejects.toThrow('aborted');
    expect(world.works[0]?.signal.aborted).toBe(false);
    second.abort();
    await expect(stays).rejects.toThrow('aborted');
    expect(world.works[0]?.signal.aborted).toBe(true);

    const later = world.prepare(url, options());
    await begun(world, 2);
    world.works[1]?.end(picture);
    expect(await later).toEqual(picture);
  });

  it('shares a fault with those that wait, and tries again later where that may help', async () => {
    const world = await open();
    const timeout = toFault('E_IMAGE_TIMEOUT', { host: 'shop.example' });
    const rows = [1, 2].map(() => world.prepare(url, options()));
    await begun(world, 1);
    world.works[0]?.end(timeout);
    expect(await Promise.all(rows)).toEqual([timeout, timeout]);
    const again = world.prepare(url, options());
    await begun(world, 2);
    const gone = toFault('E_IMAGE_HTTP_404', { host: 'shop.example', status: 404 });
    world.works[1]?.end(gone);
    expect(await again).toEqual(gone);
    expect(await world.prepare(url, options())).toEqual(gone);
    expect(world.works).toHaveLength(2);
  });

  it('keeps nothing where reading the file has shown that no picture comes twice', async () => {
    const world = await open();
    const single = { ...batch, summary: { ...summary, repeatedImages: 0 } };
    for (let count = 1; count <= 2; count += 1) {
      const row = world.prepare(url, options({ batch: single }));
      await begun(world, count);
      world.works[count - 1]?.end(picture);
      await row;
    }
    const several = { ...batch, summary: { ...summary, repeatedImages: 0, images: 20 } };
    void world.prepare(url, options({ batch: several }));
    void world.prepare(url, options({ batch: several }));
    await begun(world, 3);
    world.works[2]?.end(picture);
    expect(world.works).toHaveLength(3);
  });
});
