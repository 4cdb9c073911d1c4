// A ledger on the test run's Redis, and batches to put into it.

import { onTestFinished } from 'vitest';
import type { BatchPlan, Drop } from '../../src/batch/batch.ts';
import type { Row, WorkedOutcome } from '../../src/batch/row.ts';
import { rowsPerChunk } from '../../src/batch/row.ts';
import { createAnnouncements, type Announcements } from '../../src/queue/announcements.ts';
import { createRedis, type RedisConnections } from '../../src/queue/create-redis.ts';
import { createEndpoint, type Endpoint } from '../../src/queue/endpoint.ts';
import { createLedger, type Ledger } from '../../src/queue/ledger.ts';
import { createStore, type Store } from '../../src/queue/store.ts';
import { toFault } from '../../src/errors.ts';
import type { RetryNeeds } from '../../src/work/retry-batch.ts';
import { testRedis, type TestRedis } from '../support/test-redis.ts';
import { quiet } from '../work/fakes.ts';

export interface QueueFixture {
  readonly server: TestRedis;
  readonly redis: RedisConnections;
  readonly store: Store;
  readonly announcements: Announcements;
  readonly ledger: Ledger;
  readonly endpoint: Endpoint;
}

export function createFixture(options: { readonly leaseMs?: number } = {}): QueueFixture {
  const server = testRedis();
  return { server, ...connectFixture(server.url, server.prefix, options) };
}

export function connectFixture(
  url: string,
  prefix: string,
  options: { readonly leaseMs?: number } = {},
): Omit<QueueFixture, 'server'> {
  const redis = createRedis({ url });
  onTestFinished(() => redis.close());
  const store = createStore({ redis, prefix });
  const announcements = createAnnouncements(redis, store);
  const ledger = createLedger({ store, announcements, ...options });
  return {
    redis,
    store,
    announcements,
    ledger,
    endpoint: createEndpoint(store, 'gpu:8000', ['gpu:8000']),
  };
}

let nextTs = 1;

export function buildDrop(change: Partial<Drop> = {}): Drop {
  const messageTs = `1700000000.${String(nextTs++).padStart(6, '0')}`;
  return {
    key: `T1:C1:${messageTs}:0`,
    team: 'T1',
    channel: 'C1',
    messageTs,
    threadTs: messageTs,
    user: 'U1',
    text: '',
    files: [{ id: 'F1', name: 'products.csv' }],
    addressed: false,
    ...change,
  };
}

export function buildRows(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    line: index + 2,
    cells: [`SKU-${index}`, `Mug ${index}`, `https://images.example.com/${index}.jpg`],
    images: [`https://images.example.com/${index}.jpg`],
  }));
}

export function buildPlan(rows: number): BatchPlan {
  return {
    table: {
      columns: ['sku', 'name', 'image_url'],
      imageColumns: [2],
      delimiter: ',',
      encoding: 'utf-8',
      chinese: false,
    },
    summary: {
      rows,
      faultyRows: 0,
      rowsWithoutImage: 0,
      repeatedImages: 0,
      images: rows,
      warnings: [],
    },
    recipe: {
      kind: 'default',
      prompt: 'Describe it.',
      outputs: [{ name: 'title', header: 'title', list: false }],
      sampling: { maxTokens: 512, temperature: 0.3, topP: 0.9 },
      detail: 'standard',
      language: 'en',
      contextColumns: [0, 1],
    },
    fileHash: 'f'.repeat(64),
    textIgnored: false,
  };
}

/** What the read step of a retry needs beside its ledger; its files are at hand. */
export function buildRetryNeeds(
  ledger: Ledger,
  change: Partial<Omit<RetryNeeds, 'ledger'>> = {},
): RetryNeeds {
  return {
    ledger,
    log: quiet,
    ensureRoom: async () => {},
    fetchFiles: async () => [],
    removeFiles: async () => {},
    openTable: async () => Promise.reject(new Error('no table is at hand')),
    linkTo: async (id) => `https://slack.example/${id}`,
    findModel: async () => undefined,
    ...change,
  };
}

/** A batch whose file was read, with `count` rows, running. */
export async function startBatch(
  ledger: Ledger,
  count: number,
  drop: Drop = buildDrop(),
): Promise<string> {
  const { id } = await ledger.recordDrop(drop);
  await writeRows(ledger, id, count);
  if (!(await ledger.startRunning(id, buildPlan(count)))) throw new Error('It did not start');
  return id;
}

export async function writeRows(ledger: Ledger, id: string, count: number): Promise<void> {
  const rows = buildRows(count);
  for (let chunk = 0; chunk * rowsPerChunk < count; chunk += 1) {
    const first = chunk * rowsPerChunk;
    await ledger.writeChunk(id, chunk, rows.slice(first, first + rowsPerChunk));
  }
}

export function buildDone(row: Row, text = `Title of row ${row.index}`): WorkedOutcome {
  return {
    status: 'done',
    fields: [text],
    usage: { promptTokens: 100, completionTokens: 20 },
    modelSeconds: 0.25,
    cached: false,
  };
}

export function buildFailed(): WorkedOutcome {
  return { status: 'failed', fault: toFault('E_ROW_NO_IMAGE', { column: 'image_url' }) };
}
