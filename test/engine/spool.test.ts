import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError, toFault } from '../../src/errors.ts';
import { createSpool, type Spool, type SpoolNeeds } from '../../src/engine/spool.ts';
import { until } from '../support/until.ts';
import { batch, quiet } from '../work/fakes.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'spool-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const drop = {
  ...batch.drop,
  files: [
    { id: 'F1', name: 'one.zip' },
    { id: 'F2', name: 'photo', kind: 'picture' },
  ],
} as const;
const { signal } = new AbortController();

interface Stage {
  readonly spool: Spool;
  readonly fetched: string[];
}

/** A spool whose files hold their ids; `fail` throws in place of the first fetches. */
function stage(needs: Partial<SpoolNeeds> = {}, fail: (() => Error)[] = []): Stage {
  const fetched: string[] = [];
  const spool = createSpool({
    dataDir,
    log: quiet,
    retryMs: 1,
    readBatch: async () => ({ state: 'running' }),
    noteDisk: async () => {},
    async fetchFile({ id, name }, directory) {
      fetched.push(id);
      const failure = fail.shift();
      if (failure !== undefined) throw failure();
      const path = join(directory, 'any name');
      await writeFile(path, id);
      return { path, name, bytes: 2, hash: id };
    },
    ...needs,
  });
  return { spool, fetched };
}

const outage = (): Error => new Error('Slack is away');
const gone = (): Error => new UserError(toFault('E_FILE_GONE', {}));

const locate = (spool: Spool, file: number, stop = signal): ReturnType<Spool['locate']> =>
  spool.locate({ id: '7', drop }, file, stop);

async function read(spool: Spool, file: number): Promise<string> {
  const path = await locate(spool, file);
  return typeof path === 'string' ? readFile(path, 'utf8') : path.code;
}

describe('the files of a drop', () => {
  it('stand on the disk in the order of the drop, sorted by what they are', async () => {
    const { spool, fetched } = stage();
    const files = await spool.fetch(drop, signal);
    expect(files.map(({ name, kind }) => [name, kind])).toEqual([
      ['one.zip', 'archive'],
      ['photo', 'picture'],
    ]);
    expect([await read(spool, 0), await read(spool, 1)]).toEqual(['F1', 'F2']);
    expect(fetched).toEqual(['F1', 'F2']);
  });

  it('are gone once they are removed, and nothing else is', async () => {
    const { spool } = stage();
    await spool.fetch(drop, signal);
    await spool.fetch({ ...drop, key: 'another' }, signal);
    await mkdir(join(dataDir, 'results'));
    await spool.remove(drop);
    expect(await readdir(dataDir)).toHaveLength(2);
  });
});

describe('a worker that lacks a file', () => {
  it('fetches it once, however many rows ask for it at the same time', async () => {
    const { spool, fetched } = stage();
    const found = await Promise.all([read(spool, 1), read(spool, 1), read(spool, 1)]);
    expect(found).toEqual(['F2', 'F2', 'F2']);
    expect(fetched).toEqual(['F2']);
  });

  it('waits outages out, and downloads that break off', async () => {
    const short = toFault('E_DOWNLOAD_INCOMPLETE', { name: 'a', found: 1, expected: 2 });
    const { spool, fetched } = stage({}, [outage, () => new UserError(short), outage]);
    expect(await read(spool, 0)).toBe('F1');
    expect(fetched).toHaveLength(4);
  });

  it('says that the disk is full until the file has found room', async () => {
    const notes: [string, boolean][] = [];
    const full = (): Error =>
      new Error('x', { cause: Object.assign(outage(), { code: 'ENOSPC' }) });
    const noteDisk = async (id: string, isFull: boolean): Promise<void> => {
      notes.push([id, isFull]);
      if (notes.length === 2) throw new Error('Redis is away');
    };
    const { spool } = stage({ noteDisk }, [full, full, outage]);
    expect(await read(spool, 0)).toBe('F1');
    expect(notes).toEqual([true, true, false, false].map((isFull) => ['7', isFull]));
  });

  it('is told where the file is gone for good', async () => {
    const { spool } = stage({}, [gone]);
    expect(await read(spool, 0)).toBe('E_FILE_GONE');
    expect(await read(spool, 0)).toBe('F1');
  });

  it('goes on waiting where another row that asked for the file is stopped', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    let asked = 0;
    const { spool } = stage({
      async fetchFile({ id, name }, directory, stop) {
        asked += 1;
        await arrived;
        stop.throwIfAborted();
        const path = join(directory, 'file');
        await writeFile(path, id);
        return { path, name, bytes: 2, hash: id };
      },
    });
    const stopped = new AbortController();
    const one = locate(spool, 0, stopped.signal);
    const other = read(spool, 0);
    await until('the fetch', () => asked > 0);
    stopped.abort(new Error('lease lost'));
    await expect(one).rejects.toThrow('lease lost');
    arrive();
    expect(await other).toBe('F1');
  });

  it('stops fetching when no row waits for it any more', async () => {
    let [isAsked, isStopped] = [false, false];
    const { spool } = stage({
      fetchFile: (_file, _directory, stop) =>
        new Promise((_resolve, reject) => {
          isAsked = true;
          stop.addEventListener('abort', () => {
            isStopped = true;
            reject(new Error('broken off'));
          });
        }),
    });
    const stopped = new AbortController();
    const located = locate(spool, 0, stopped.signal);
    await until('the fetch', () => isAsked);
    stopped.abort(new Error('lease lost'));
    await expect(located).rejects.toThrow('lease lost');
    await until('the fetch stops', () => isStopped);
  });

  it('removes what it fetched when the batch has ended elsewhere', async () => {
    let state: 'running' | 'done' = 'running';
    const { spool, fetched } = stage({ readBatch: async () => ({ state }) });
    await read(spool, 0);
    await spool.removeEnded();
    await read(spool, 0);
    expect(fetched).toHaveLength(1);
    state = 'done';
    await spool.removeEnded();
    expect(await readdir(dataDir)).toEqual([]);
  });
});
