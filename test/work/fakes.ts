// A ledger in memory with one chunk to give out, for tests of what the engine does with leases.

import type { Batch } from '../../src/batch/batch.ts';
import { noCounts, noSums } from '../../src/batch/batch.ts';
import type { Row, WorkedOutcome } from '../../src/batch/row.ts';
import type { Table } from '../../src/batch/table.ts';
import type { LeaseRef } from '../../src/batch/lease.ts';
import type { Log } from '../../src/logger.ts';
import type { AnswerCache, Ledger, ModelEndpoint } from '../../src/work/ports.ts';
import { createQuestions } from '../../src/work/questions.ts';
import type { RowNeeds } from '../../src/work/run-row.ts';
import { createStrikes } from '../../src/work/strikes.ts';
import { createTurns } from '../../src/work/turns.ts';

export const quiet: Log = { info() {}, warn() {}, error() {} };

const outputs = [{ name: 'title', header: 'title', list: false }];

export const table: Table = {
  columns: ['name', 'image'],
  imageColumns: [1],
  delimiter: ',',
  encoding: 'utf-8',
  chinese: false,
};

export const batch: Batch = {
  id: '7',
  state: 'running',
  drop: {
    key: 'k',
    team: 'T1',
    channel: 'C1',
    messageTs: '1.1',
    threadTs: '1.1',
    user: 'U1',
    text: '',
    files: [{ id: 'F1', name: 'products.csv' }],
    addressed: false,
  },
  language: 'en',
  counts: noCounts,
  sums: noSums,
  faultGroups: [],
  createdMs: 0,
  table,
  recipe: {
    kind: 'default',
    prompt: 'Write.',
    outputs,
    sampling: { maxTokens: 100, temperature: 0, topP: 1 },
    detail: 'low',
    language: 'en',
    contextColumns: [0],
  },
};

export function rowsOf(count: number): readonly Row[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    line: index + 2,
    cells: [`product ${index}`, 'https://shop.example/a.jpg'],
    images: ['https://shop.example/a.jpg'],
  }));
}

export interface FakeLedger extends Ledger {
  readonly committed: { row: Row; outcome: WorkedOutcome }[];
  readonly released: LeaseRef[];
  readonly ended: string[];
  /** What `renew` answers from now on. */
  renewal: 'held' | 'lost' | 'cancelled' | 'paused';
  renewals: number;
  cancel(batchId: string): void;
}

export function createFakeLedger(
  rows: readonly Row[],
  overrides: Partial<Ledger> = {},
): FakeLedger {
  const chunks = [rows];
  const listeners: ((batchId: string) => void)[] = [];
  const fake: FakeLedger = {
    committed: [],
    released: [],
    ended: [],
    renewal: 'held',
    renewals: 0,
    cancel: (batchId) => {
      for (const listener of listeners) listener(batchId);
    },
    readBatch: async () => batch,
    setLanguage: async () => {},
    noteTable: async () => {},
    writeChunk: async () => {},
    carryOutcomes: async () => {},
    claimFingerprint: async () => undefined,
    startRunning: async () => true,
    chargeRows: async () => ({ counted: true, left: 50_000, secondsToReset: 3600 }),
    lastRate: async () => undefined,
    refuse: async () => true,
    discard: async () => {},
    lease: async () => {
      const chunk = chunks.shift();
      return chunk === undefined
        ? undefined
        : { batchId: '7', chunk: 0, token: 'token', rows: chunk };
    },
    renew: async (leases) => {
      fake.renewals += 1;
      return leases.map(() => fake.renewal);
    },
    commit: async (_, row, outcome) => {
      fake.committed.push({ row, outcome });
      return 'committed';
    },
    release: async (lease) => void fake.released.push(lease),
    noteStart: async () => true,
    noteMistake: async () => ({ verdict: 'fails', times: 0 }),
    setModel: async () => {},
    onCancelled: (listener) => void listeners.push(listener),
    onChanged: () => {},
    async *readResults() {},
    end: async (id) => void fake.ended.push(id),
    recheck: async () => undefined,
    ...overrides,
  };
  return fake;
}

/** A model server whose gate is wide open, and that is never closed; but for `parts`. */
export function fakeEndpoint(parts: Partial<ModelEndpoint> = {}): ModelEndpoint {
  return {
    name: 'gpu:8000',
    gate: { run: async (_job, work) => work(), budget: () => 8 },
    server: {
      complete: async () => Promise.reject(new Error('nobody answers')),
      findModel: async () => 'm',
      probe: async () => 'up',
    },
    breaker: { record: () => undefined, answers: () => 0 },
    state: { close: async () => {}, open: async () => {}, closed: async () => undefined },
    isOpen: () => true,
    noteBusy: () => {},
    ...parts,
  };
}

export interface FakeAnswers extends AnswerCache {
  readonly kept: Map<string, readonly string[]>;
  released: number;
  /** How often somebody has asked. */
  claims: number;
  /** Another process is finding every answer. */
  busy: boolean;
}

/** A cache in memory that gives every claim; equal rows of one process never ask at the same time. */
export function createFakeAnswers(): FakeAnswers {
  const fake: FakeAnswers = {
    kept: new Map(),
    released: 0,
    claims: 0,
    busy: false,
    async claim(key) {
      fake.claims += 1;
      const fields = fake.kept.get(key);
      if (fields !== undefined) return { kind: 'answer', fields };
      if (fake.busy) return { kind: 'busy' };
      const claim = {
        keep: async (answer: readonly string[]) => void fake.kept.set(key, answer),
        release: async () => void (fake.released += 1),
      };
      return { kind: 'claim', claim };
    },
  };
  return fake;
}

/** What a worker needs besides its ledger and its endpoint, as far as a test does not say otherwise. */
export function fakeRowNeeds(
  ledger: Ledger,
  endpoint: ModelEndpoint,
  parts: Partial<RowNeeds> = {},
): RowNeeds {
  return {
    ledger,
    log: quiet,
    turns: createTurns([endpoint]),
    endpoints: [endpoint],
    strikes: createStrikes(),
    answers: createFakeAnswers(),
    questions: createQuestions(),
    prepareImage: async () => ({ bytes: Buffer.from('jpeg'), hash: 'h', width: 32, height: 32 }),
    noteModel: () => {},
    ...parts,
  };
}
