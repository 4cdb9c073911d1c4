// The truth about batches and rows: every operation of the ledger, on one store.

import { z } from 'zod';
import type { Admission, Batch, BatchPlan, Drop } from '../batch/batch.ts';
import type { Language } from '../batch/language.ts';
import type { CommitResult, Lease, LeaseRef, RenewResult } from '../batch/lease.ts';
import type { Mistake, MistakeVerdict } from '../batch/mistake.ts';
import { DamageError } from '../batch/damage.ts';
import type { FinishedRow } from '../batch/results.ts';
import type { DoneOutcome, Row, WorkedOutcome } from '../batch/row.ts';
import type { Table } from '../batch/table.ts';
import type { Fault } from '../errors.ts';
import type { Announcements } from './announcements.ts';
import { activeBatchIds, listBatches, readBatch, type BatchQuery } from './batches.ts';
import { createControl, type Control } from './control.ts';
import { commit, lease, noteStart, release, renew } from './leasing.ts';
import {
  carryOutcomes,
  claimFingerprint,
  knowsDrop,
  recordDrop,
  refuse,
  startRunning,
  writeChunk,
} from './reading.ts';
import { chargeRows, type RowsCharge } from './limits-rows.ts';
import { noteMistake } from './mistakes.ts';
import { purgeBatch, type PurgeResult } from './purge-batch.ts';
import { readResults } from './read-results.ts';
import { recheck } from './recheck.ts';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const scripts = {
  setField: readScript('set-field', z.number()),
  end: readScript('end', z.number()),
};

export interface LedgerOptions {
  readonly store: Store;
  readonly announcements: Announcements;
  /** How long a chunk stays with a silent worker; default 8000. Renew at a third of it. */
  readonly leaseMs?: number;
}

/** While Redis is away calls wait for it; `recordDrop` alone rejects after 2.5 s. */
export interface Ledger extends Control {
  /** One key, one batch; `created` is false where the key was recorded before. */
  recordDrop(drop: Drop): Promise<{ readonly id: string; readonly created: boolean }>;
  /** False where Redis has lost what it knew of a drop; true also where its batch was deleted since. */
  knowsDrop(key: string): Promise<boolean>;
  readBatch(id: string): Promise<Batch | undefined>;
  /** Newest first. */
  listBatches(query: BatchQuery): Promise<readonly Batch[]>;
  /** Oldest first. */
  activeBatchIds(): Promise<readonly string[]>;
  setLanguage(id: string, language: Language): Promise<void>;
  noteTable(id: string, table: Table): Promise<void>;
  setModel(id: string, model: string): Promise<void>;

  writeChunk(id: string, chunk: number, rows: readonly Row[]): Promise<void>;
  carryOutcomes(
    id: string,
    chunk: number,
    outcomes: readonly (DoneOutcome | undefined)[],
  ): Promise<void>;
  claimFingerprint(id: string, fingerprint: string): Promise<string | undefined>;
  /** Counts the rows against what the batch's person may have in a day; once a batch. */
  chargeRows(id: string, rows: number, most: number): Promise<RowsCharge>;
  startRunning(id: string, plan: BatchPlan, admission?: Admission): Promise<boolean>;
  refuse(id: string, fault: Fault): Promise<boolean>;
  discard(id: string): Promise<void>;

  lease(worker: string, leaveOut?: readonly string[]): Promise<Lease | undefined>;
  renew(leases: readonly LeaseRef[]): Promise<readonly RenewResult[]>;
  commit(held: LeaseRef, row: Row, outcome: WorkedOutcome): Promise<CommitResult>;
  release(held: LeaseRef): Promise<void>;
  noteStart(held: LeaseRef, row: Row): Promise<boolean>;
  /** The model server rejected a row: what that means for the row, and how often it happened to it. */
  noteMistake(
    id: string,
    mistake: Mistake,
  ): Promise<{ readonly verdict: MistakeVerdict; readonly times: number }>;

  readResults(id: string): AsyncIterable<readonly FinishedRow[]>;
  end(id: string): Promise<void>;
  recheck(id: string): Promise<number | undefined>;
  /** Removes every key of a batch that has ended. */
  purge(id: string): Promise<PurgeResult>;

  /** Rows per second that the last batches reached, for estimates. */
  lastRate(): Promise<number | undefined>;
  setLastRate(rowsPerSecond: number): Promise<void>;

  /** The model that was last found at a model server, by any process. */
  servedModel(): Promise<string | undefined>;
  noteServedModel(model: string): Promise<void>;

  onCancelled(listener: (batchId: string) => void): void;
  /** A batch's state changed in any process; single rows are not announced. */
  onChanged(listener: (batchId: string) => void): void;
}

export function createLedger(options: LedgerOptions): Ledger {
  const { store, announcements, leaseMs = 8000 } = options;
  const setField = async (id: string, field: string, value: string): Promise<void> => {
    await store.run(scripts.setField, id, field, value);
  };
  return {
    recordDrop: (drop) => recordDrop(store, drop),
    knowsDrop: (key) => knowsDrop(store, key),
    readBatch: (id) => readBatch(store, id),
    listBatches: (query) => listBatches(store, query),
    activeBatchIds: () => activeBatchIds(store),
    setLanguage: (id, language) => setField(id, 'language', language),
    noteTable: (id, table) => setField(id, 'table', JSON.stringify(table)),
    setModel: (id, model) => setField(id, 'model', model),

    writeChunk: (id, chunk, rows) => writeChunk(store, id, { index: chunk, rows }),
    carryOutcomes: (id, chunk, outcomes) => carryOutcomes(store, id, { index: chunk, outcomes }),
    claimFingerprint: (id, fingerprint) => claimFingerprint(store, id, fingerprint),
    chargeRows: (id, rows, most) => chargeRows(store, id, { rows, most }),
    startRunning: (id, plan, admission) => startRunning(store, id, { plan, admission }),
    refuse: (id, fault) => refuse(store, id, fault),
    discard: async (id) => {
      await refuse(store, id);
    },

    lease: (worker, leaveOut = []) => lease(store, { worker, leaseMs, leaveOut }),
    renew: (leases) => renew(store, leases, leaseMs),
    commit: (held, row, outcome) => commit(store, { lease: held, row, outcome }),
    release: (held) => release(store, held),
    noteStart: (held, row) => noteStart(store, held, row),
    noteMistake: (id, mistake) => noteMistake(store, id, mistake),

    ...createControl(store),
    readResults: (id) => readResults(store, id),
    end: async (id) => {
      const ended = await store.run(scripts.end, id);
      if (ended === -1) throw new DamageError(`batch ${id} cannot end: its rows do not add up`);
    },
    recheck: (id) => recheck(store, id),
    purge: (id) => purgeBatch(store, id),
    ...createRate(store),
    ...createServedModel(store),
    onCancelled: (listener) => void announcements.on('cancelled', listener),
    onChanged: (listener) => void announcements.on('changed', listener),
  };
}

function createRate(store: Store): Pick<Ledger, 'lastRate' | 'setLastRate'> {
  const key = store.keys.shared('rate');
  return {
    lastRate: async () => {
      const rate = await store.redis.get(key);
      return rate === null ? undefined : Number(rate);
    },
    setLastRate: async (rowsPerSecond) => {
      await store.redis.set(key, String(rowsPerSecond), 'EX', store.retentionSeconds);
    },
  };
}

function createServedModel(store: Store): Pick<Ledger, 'servedModel' | 'noteServedModel'> {
  const key = store.keys.shared('model');
  return {
    servedModel: async () => (await store.redis.get(key)) ?? undefined,
    noteServedModel: async (model) => {
      await store.redis.set(key, model);
    },
  };
}
