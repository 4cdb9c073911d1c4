import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PreparedImage } from '../../src/batch/completion.ts';
import { toFault } from '../../src/errors.ts';
import { createKeptPictures, type KeptPictures } from '../../src/images/kept-pictures.ts';

interface World {
  readonly kept: KeptPictures;
  readonly directory: string;
  readonly errors: unknown[];
  files(): Promise<number>;
}

async function open(maxBytes?: number): Promise<World> {
  const parent = await mkdtemp(join(tmpdir(), 'darkroom-test-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const directory = join(parent, 'pictures');
  const errors: unknown[] = [];
  const limit = maxBytes === undefined ? {} : { maxBytes };
  const kept = createKeptPictures({ directory, onError: (error) => errors.push(error), ...limit });
  return { kept, directory, errors, files: async () => (await readdir(directory)).length };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function picture(text: string): PreparedImage {
  return { bytes: Buffer.from(text), hash: hashOf(text), width: 32, height: 64 };
}

describe('pictures that are kept', () => {
  it('come back as they were, for their key alone', async () => {
    const { kept } = await open();
    const animated = { ...picture('b'), warning: 'animated' as const };
    await kept.keep('1', 'a', picture('a'));
    await kept.keep('1', '../../b', animated);
    expect(await kept.find('a')).toEqual(picture('a'));
    expect(await kept.find('../../b')).toEqual(animated);
    expect(await kept.find('c')).toBeUndefined();
  });

  it('are removed with their batch, and those of other batches stay', async () => {
    const { kept, files } = await open();
    await kept.keep('1', 'a', picture('a'));
    await kept.keep('1', 'b', picture('b'));
    await kept.keep('2', 'c', picture('c'));
    await kept.forget('1');
    expect([kept.hasAny('1'), kept.hasAny('2')]).toEqual([false, true]);
    expect(await kept.find('a')).toBeUndefined();
    expect(await kept.find('c')).toEqual(picture('c'));
    expect(await files()).toBe(1);
  });

  it('take no more than their bound, and the longest unused goes first', async () => {
    const { kept, files } = await open(30);
    for (const key of ['a', 'b', 'c']) await kept.keep('1', key, picture(key.repeat(10)));
    await kept.find('a');
    await kept.keep('1', 'd', picture('d'.repeat(10)));
    expect(await kept.find('b')).toBeUndefined();
    expect(await kept.find('a')).toEqual(picture('aaaaaaaaaa'));
    expect(await files()).toBe(3);
    await kept.keep('1', 'large', picture('x'.repeat(31)));
    expect(await files()).toBe(0);
    await kept.keep('1', 'e', picture('e'.repeat(30)));
    expect(await kept.find('e')).toEqual(picture('e'.repeat(30)));
  });

  it('count once when they are kept again', async () => {
    const { kept } = await open(30);
    for (let times = 0; times < 5; times += 1) await kept.keep('1', 'a', picture('a'.repeat(10)));
    await kept.keep('1', 'b', picture('b'.repeat(20)));
    expect(await kept.find('a')).toEqual(picture('aaaaaaaaaa'));
  });

  it('are gone, and nothing worse, where somebody has tidied the disk', async () => {
    const { kept, directory } = await open();
    await kept.keep('1', 'a', picture('a'));
    await rm(directory, { recursive: true });
    expect(await kept.find('a')).toBeUndefined();
    await kept.keep('1', 'a', picture('a'));
    expect(await kept.find('a')).toEqual(picture('a'));
  });

  it.each(['B', 'longer', ''])(
    'are gone where the disk gives back other bytes: %j',
    async (text) => {
      const { kept, directory } = await open();
      await kept.keep('1', 'a', picture('a'));
      const [name = ''] = await readdir(directory);
      await writeFile(join(directory, name), text);
      expect(await kept.find('a')).toBeUndefined();
      await kept.keep('1', 'a', picture('a'));
      expect(await kept.find('a')).toEqual(picture('a'));
    },
  );

  it('leave no part of themselves on a full disk', async () => {
    const { kept, directory, errors, files } = await open();
    await mkdir(directory);
    await symlink('/dev/full', join(directory, `${hashOf('a')}.jpg`));
    await kept.keep('1', 'a', picture('a'));
    expect(errors).toMatchObject([{ code: 'ENOSPC' }]);
    expect(await files()).toBe(0);
  });

  it('are not kept where the disk does not take them, which is told', async () => {
    const { kept, directory, errors } = await open();
    await writeFile(directory, 'no directory');
    await kept.keep('1', 'a', picture('a'));
    expect(errors).toHaveLength(1);
    expect(await kept.find('a')).toBeUndefined();
  });
});

describe('faults of pictures', () => {
  it('are kept where they last, and not where another try may succeed', async () => {
    const { kept } = await open();
    const lasting = toFault('E_IMAGE_HTTP_404', { host: 'shop.example', status: 404 });
    const passing = toFault('E_IMAGE_TIMEOUT', { host: 'shop.example' });
    await kept.keep('1', 'a', lasting);
    await kept.keep('1', 'b', passing);
    expect(await kept.find('a')).toEqual(lasting);
    expect(await kept.find('b')).toBeUndefined();
    await kept.forget('1');
    expect(await kept.find('a')).toBeUndefined();
  });
});
