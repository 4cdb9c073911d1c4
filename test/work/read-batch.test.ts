import { describe, expect, it } from 'vitest';
import type { Batch, BatchPlan } from '../../src/batch/batch.ts';
import type { Row } from '../../src/batch/row.ts';
import type { TableReader } from '../../src/batch/table.ts';
import { fail, type Fault } from '../../src/errors.ts';
import type { Ledger } from '../../src/work/ports.ts';
import { createReadStep, type ReadNeeds } from '../../src/work/read-batch.ts';
import { batch as template, createFakeLedger, quiet, rowsOf, table } from './fakes.ts';

const { table: _table, recipe: _recipe, ...unread } = template;
const summary = {
  rows: 120,
  faultyRows: 0,
  rowsWithoutImage: 0,
  repeatedImages: 0,
  images: 120,
  warnings: [],
};

interface Seen {
  readonly chunks: Map<number, readonly Row[]>;
  readonly refused: Fault[];
  discarded: number;
  plan?: BatchPlan;
  fingerprint?: string;
  removed: number;
}

function world({
  ledger = {},
  drop = {},
  ...needs
}: Partial<Omit<ReadNeeds, 'ledger'>> & {
  ledger?: Partial<Ledger>;
  drop?: Partial<Batch['drop']>;
} = {}): { read: () => Promise<void>; seen: Seen } {
  const seen: Seen = { chunks: new Map(), refused: [], discarded: 0, removed: 0 };
  const reading: Batch = { ...unread, state: 'reading', drop: { ...unread.drop, ...drop } };
  const step = createReadStep({
    ledger: createFakeLedger([], {
      readBatch: async () => reading,
      writeChunk: async (_, chunk, rows) => void seen.chunks.set(chunk, rows),
      refuse: async (_, fault) => seen.refused.push(fault) > 0,
      discard: async () => void (seen.discarded += 1),
      claimFingerprint: async (_, fingerprint) => {
        seen.fingerprint = fingerprint;
        return undefined;
      },
      startRunning: async (_, plan) => {
        seen.plan = plan;
        return true;
      },
      ...ledger,
    }),
    log: quiet,
    fetchFiles: async () => [
      { path: '/tmp/x', name: 'x.csv', bytes: 5, hash: 'abc', kind: 'table' },
    ],
    removeFiles: async () => void (seen.removed += 1),
    openTable: async () => ({
      table,
      async *chunks() {
        const rows = rowsOf(120);
        yield rows.slice(0, 50);
        yield rows.slice(50, 100);
        yield rows.slice(100);
      },
      summary: () => summary,
    }),
    looksLikeBatch: async () => false,
    languageOf: async () => 'en',
    linkTo: async (id) => `https://slack.example/${id}`,
    findRefusal: async () => undefined,
    ensureRoom: async () => {},
    findModel: async () => undefined,
    ...needs,
  });
  return { read: () => step('7', new AbortController().signal), seen };
}

const noImages = async (): Promise<never> => fail('E_CSV_NO_ROWS', {});

const openPictures = (pictures: number) => async (): Promise<TableReader> => {
  const nothing = { count: 0, names: [] };
  const found = { unused: nothing, skipped: nothing, nested: nothing };
  return {
    table,
    async *chunks() {
      yield rowsOf(1);
    },
    summary: () => ({ ...summary, bundle: { pictures, rowsMissing: 0, ...found } }),
  };
};

describe('reading a dropped file', () => {
  it('is put on record as refused only where it was: somebody may have stopped it meanwhile', async () => {
    const lines: unknown[] = [];
    const log = { ...quiet, info: (line: object) => void lines.push(line) };
    const openTable = noImages;
    await world({ log, openTable, drop: { addressed: true } }).read();
    expect(lines).toMatchObject([{ event: 'refusal', code: 'E_CSV_NO_ROWS' }]);
    const stopped = { refuse: async () => false };
    await world({ log, openTable, ledger: stopped, drop: { addressed: true } }).read();
    expect(lines).toHaveLength(1);
  });

  it('stores every chunk, then lets the batch run with its plan, and removes the file', async () => {
    const { read, seen } = world();
    await read();
    expect([...seen.chunks.values()].flat()).toEqual(rowsOf(120));
    expect(seen.plan).toMatchObject({ summary, fileHash: 'abc', textIgnored: false });
    expect(seen.removed).toBe(1);
  });

  it('says that the file is taken before its rows are read', async () => {
    const order: string[] = [];
    const { read } = world({
      ledger: {
        noteTable: async () => void order.push('taken'),
        writeChunk: async () => void order.push('chunk'),
      },
    });
    await read();
    expect(order).toEqual(['taken', 'chunk', 'chunk', 'chunk']);
  });

  it('keeps the files that rows read their pictures from', async () => {
    const { read, seen } = world({ openTable: openPictures(1) });
    await read();
    expect(seen.plan?.summary.bundle).toMatchObject({ pictures: 1 });
    expect(seen.removed).toBe(0);
  });

  it('removes an archive that held nothing but a table of links', async () => {
    const { read, seen } = world({ openTable: openPictures(0) });
    await read();
    expect(seen.plan).toBeDefined();
    expect(seen.removed).toBe(1);
  });

  it('removes pictures too where the batch was stopped while they were read', async () => {
    const { read, seen } = world({
      openTable: openPictures(1),
      ledger: { startRunning: async () => false },
    });
    await read();
    expect(seen.removed).toBe(1);
  });

  it('leaves pictures alone that nobody sent to it', async () => {
    const photo = { path: '/tmp/x', name: 'x.jpg', bytes: 5, hash: 'a', kind: 'picture' } as const;
    const { read, seen } = world({ fetchFiles: async () => [photo] });
    await read();
    expect(seen).toMatchObject({ refused: [], discarded: 1, removed: 1 });
    const addressed = world({ fetchFiles: async () => [photo], drop: { addressed: true } });
    await addressed.read();
    expect(addressed.seen.plan).toBeDefined();
  });

  it.each([
    ['', true],
    ['group: off', false],
    ['分组：关', false],
  ])('with the words "%s" may group pictures: %s', async (text, expected) => {
    const asked: boolean[] = [];
    const { read } = world({
      drop: { text },
      openTable: async (_, { grouping }) => {
        asked.push(grouping);
        return noImages();
      },
    });
    await read();
    expect(asked).toEqual([expected]);
  });

  it('is another batch for the same files where grouping is off', async () => {
    const prints = await Promise.all(
      ['', 'group: off', 'group: on'].map(async (text) => {
        const { read, seen } = world({ drop: { text } });
        await read();
        return seen.fingerprint;
      }),
    );
    expect(new Set(prints).size).toBe(2);
    expect(prints[2]).toBe(prints[0]);
  });

  it('does nothing for a batch that is no longer being read', async () => {
    const { read, seen } = world({ ledger: { readBatch: async () => template } });
    await read();
    expect(seen.plan).toBeUndefined();
    expect(seen.removed).toBe(0);
  });

  it('refuses an addressed file that cannot be used, with the reason', async () => {
    const { read, seen } = world({ openTable: noImages, drop: { addressed: true } });
    await read();
    expect(seen.refused).toMatchObject([{ code: 'E_CSV_NO_ROWS' }]);
    expect(seen.removed).toBe(1);
  });

  it('says nothing about a file that was not meant for Darkroom', async () => {
    const { read, seen } = world({ openTable: noImages });
    await read();
    expect(seen).toMatchObject({ refused: [], discarded: 1 });
  });

  it('does answer when the broken file names a picture column', async () => {
    const { read, seen } = world({ openTable: noImages, looksLikeBatch: async () => true });
    await read();
    expect(seen).toMatchObject({ refused: [{ code: 'E_CSV_NO_ROWS' }], discarded: 0 });
  });

  it('refuses a prompt that names an unknown column before any row is stored', async () => {
    const { read, seen } = world({ drop: { text: 'prompt: sell the {{nmae}}' } });
    await read();
    expect(seen.refused).toMatchObject([{ code: 'E_TPL_UNKNOWN_COLUMN' }]);
    expect(seen.chunks.size).toBe(0);
  });

  it('answers the same file by the same person with a link to the batch that runs', async () => {
    const { read, seen } = world({ ledger: { claimFingerprint: async () => '6' } });
    await read();
    expect(seen.refused).toMatchObject([
      { code: 'E_ALREADY_RUNNING', params: { id: '6', link: 'https://slack.example/6' } },
    ]);
  });

  it('tells other instructions, files and people apart', async () => {
    const fingerprints = new Set<string | undefined>();
    for (const drop of [{}, { user: 'U2' }, { text: 'temperature: 1' }]) {
      const { read, seen } = world({ drop });
      await read();
      fingerprints.add(seen.fingerprint);
    }
    const again = world();
    await again.read();
    fingerprints.add(again.seen.fingerprint);
    expect(fingerprints.size).toBe(3);
  });

  it('passes on that a chunk was not written while the next one was still being read', async () => {
    const { read, seen } = world({
      ledger: {
        writeChunk: async (_, chunk) => {
          if (chunk === 0) throw new Error('Redis is away');
        },
      },
      openTable: async () => ({
        table,
        async *chunks() {
          for (const start of [0, 50, 100]) {
            yield rowsOf(120).slice(start, start + 50);
            await new Promise(setImmediate);
          }
        },
        summary: () => summary,
      }),
    });
    await expect(read()).rejects.toThrow('Redis is away');
    expect(seen.plan).toBeUndefined();
  });

  it('passes an outage on, so that the step runs again', async () => {
    const { read, seen } = world({
      ledger: { writeChunk: async () => Promise.reject(new Error('Redis is away')) },
    });
    await expect(read()).rejects.toThrow('Redis is away');
    expect(seen.plan).toBeUndefined();
    expect(seen.removed).toBe(1);
  });
});

describe('a person who may not start a batch', () => {
  const guest = { code: 'E_START_GUEST', params: {} } as const;
  const findRefusal = async (): Promise<Fault> => guest;

  it('is refused before anything is fetched, where Darkroom was addressed', async () => {
    let fetched = 0;
    const fetchFiles = async (): Promise<never[]> => {
      fetched += 1;
      return [];
    };
    const { read, seen } = world({ findRefusal, fetchFiles, drop: { addressed: true } });
    await read();
    expect(seen).toMatchObject({ refused: [guest], discarded: 0 });
    expect(fetched).toBe(0);
  });

  it('hears nothing of a file that was not meant for Darkroom', async () => {
    const { read, seen } = world({ findRefusal, openTable: noImages });
    await read();
    expect(seen).toMatchObject({ refused: [], discarded: 1 });
  });

  it('is refused for a table of pictures, whatever else is wrong with it', async () => {
    for (const more of [{}, { openTable: noImages, looksLikeBatch: async () => true }]) {
      const { read, seen } = world({ findRefusal, ...more });
      await read();
      expect(seen.refused).toEqual([guest]);
      expect(seen.chunks.size).toBe(0);
    }
  });

  it('is not taken for one who may while Slack does not tell', async () => {
    const { read, seen } = world({ findRefusal: () => Promise.reject(new Error('Slack is away')) });
    await expect(read()).rejects.toThrow('Slack is away');
    expect(seen.chunks.size).toBe(0);
  });
});

describe('a batch that begins', () => {
  it('is put on record with its file, its model as far as it is known, and nothing of what is in it', async () => {
    const lines: object[] = [];
    const log = { ...quiet, info: (entry: object) => void lines.push(entry) };
    await world({ log, findModel: async () => 'qwen' }).read();
    await world({ log }).read();
    const { user } = unread.drop;
    expect(lines).toEqual(
      ['qwen', undefined].map((model) =>
        expect.objectContaining({ event: 'start', by: user, fileHash: 'abc', rows: 120, model }),
      ),
    );
    expect(JSON.stringify(lines)).not.toContain('product 1');
  });
});

describe('a file that there is no room for', () => {
  it.each([[false], [true]])('is refused; rows known: %s', async (rowsKnown) => {
    const { read, seen } = world({
      ensureRoom: async ({ rows }) => {
        if ((rows !== undefined) === rowsKnown) fail('E_REDIS_FULL', {});
      },
    });
    await read();
    expect(seen.refused).toMatchObject([{ code: 'E_REDIS_FULL' }]);
    expect(seen.chunks.size > 0).toBe(rowsKnown);
    expect(seen.plan).toBeUndefined();
    expect(seen.removed).toBe(1);
  });

  it('is refused where the disk is full while it comes', async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const { read, seen } = world({
      fetchFiles: () => Promise.reject(new Error('a download broke off', { cause: full })),
    });
    await read();
    expect(seen.refused).toMatchObject([{ code: 'E_DISK_FULL' }]);
  });
});
