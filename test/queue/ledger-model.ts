// What the ledger must do, in plain memory: the model that the property test compares it with.

import { noCounts, type BatchState, type Counts } from '../../src/batch/batch.ts';
import { rowsPerChunk, toChunkIndex } from '../../src/batch/row.ts';

type RowState = 'pending' | 'running' | 'done' | 'failed' | 'cancelled';

interface ModelBatch {
  readonly id: string;
  retriedAs?: string;
  state: BatchState;
  cancelledBy: string | undefined;
  readonly rows: RowState[];
  /** Counts up over all batches; 0 before the first lease. */
  leasedAt: number;
  /** Chunk -> the lease that is current; overdue leases are current until somebody takes the chunk. */
  readonly leases: Map<number, ModelHold>;
  /** Chunk -> holders that died, since a row was last found to kill them. */
  readonly crashes: Map<number, number>;
  /** Row -> holders that died while it was noted. */
  readonly suspicions: Map<number, number>;
}

/** What a batch has from the one that it retries. */
type Carried = readonly RowState[];

interface ModelHold {
  readonly token: string;
  overdue: boolean;
  started?: number;
}

export interface ModelLease {
  readonly batchId: string;
  readonly chunk: number;
  readonly token: string;
}

export class LedgerModel {
  readonly batches: ModelBatch[] = [];
  closed = false;
  private turns = 0;

  start(id: string, count: number, carried: Carried = []): void {
    const rows = Array.from({ length: count }, (_, row): RowState => carried[row] ?? 'pending');
    const state = this.closed ? 'paused' : 'running';
    this.batches.push({
      id,
      state,
      cancelledBy: undefined,
      rows,
      leasedAt: 0,
      leases: new Map(),
      crashes: new Map(),
      suspicions: new Map(),
    });
  }

  /** The batch, chunk and rows that the next lease must be of. */
  next():
    | {
        readonly batch: ModelBatch;
        readonly chunk: number;
        readonly rows: number[];
        /** What the worker is told of the rows: nothing, how to work them, or that they have failed. */
        readonly told: 'watched' | 'solitary' | 'crashed' | undefined;
      }
    | undefined {
    const running = this.batches.filter(({ state }) => state === 'running');
    for (const batch of running) this.takeBackOverdue(batch);
    const batch = running
      .filter(({ rows }) => rows.includes('pending'))
      .toSorted(
        (a, b) =>
          countOf(a, 'running') - countOf(b, 'running') ||
          a.leasedAt - b.leasedAt ||
          Number(a.id) - Number(b.id),
      )
      .at(0);
    if (batch === undefined) return undefined;
    const chunk = toChunkIndex(batch.rows.indexOf('pending'));
    const rows = rowsOf(batch, chunk, 'pending');
    if ((batch.crashes.get(chunk) ?? 0) < 2) return { batch, chunk, rows, told: undefined };
    const first = rows.slice(0, 1);
    const suspicion = batch.suspicions.get(first[0] ?? -1) ?? 0;
    const told = suspicion === 0 ? 'watched' : suspicion < 3 ? 'solitary' : 'crashed';
    return { batch, chunk, rows: first, told };
  }

  noteStart(lease: ModelLease, row: number): boolean {
    const held = this.get(lease.batchId).leases.get(lease.chunk);
    if (held?.token !== lease.token) return false;
    held.started = row;
    return true;
  }

  lease(token: string): void {
    const next = this.next();
    if (next === undefined) return;
    setRows(next.batch, next.chunk, ['pending', 'running']);
    this.turns += 1;
    next.batch.leasedAt = this.turns;
    next.batch.leases.set(next.chunk, { token, overdue: false });
  }

  holds({ batchId, chunk, token }: ModelLease): boolean {
    return this.get(batchId).leases.get(chunk)?.token === token;
  }

  commit(lease: ModelLease, row: number, status: 'done' | 'failed' | 'crashed'): string {
    const batch = this.get(lease.batchId);
    if (!this.holds(lease)) return 'refused';
    if (batch.rows[row] !== 'running') return 'already';
    batch.rows[row] = status === 'crashed' ? 'failed' : status;
    if (status === 'crashed') batch.crashes.clear();
    if (rowsOf(batch, lease.chunk, 'running').length === 0) batch.leases.delete(lease.chunk);
    if (!batch.rows.includes('pending') && !batch.rows.includes('running'))
      batch.state = 'finishing';
    return 'committed';
  }

  release(lease: ModelLease): void {
    if (this.holds(lease)) this.giveBack(this.get(lease.batchId), lease.chunk);
  }

  renew(lease: ModelLease): string {
    const batch = this.get(lease.batchId);
    if (batch.cancelledBy !== undefined) return 'cancelled';
    const held = batch.leases.get(lease.chunk);
    if (held?.token !== lease.token) return 'lost';
    held.overdue = false;
    return batch.state === 'paused' ? 'paused' : 'held';
  }

  expire(lease: ModelLease): void {
    const held = this.get(lease.batchId).leases.get(lease.chunk);
    if (held?.token === lease.token) held.overdue = true;
  }

  cancel(id: string, by: string): string {
    const batch = this.get(id);
    if (batch.state !== 'running' && batch.state !== 'paused') {
      return batch.cancelledBy === by ? 'cancelled' : 'ended';
    }
    for (const [index, row] of batch.rows.entries()) {
      if (row === 'pending' || row === 'running') batch.rows[index] = 'cancelled';
    }
    batch.leases.clear();
    batch.state = 'finishing';
    batch.cancelledBy = by;
    return 'cancelled';
  }

  end(id: string): void {
    const batch = this.get(id);
    if (batch.state !== 'finishing') return;
    batch.state = batch.cancelledBy === undefined ? 'done' : 'cancelled';
  }

  mayRetry(id: string): boolean {
    const { state, rows, retriedAs } = this.get(id);
    const hasEnded = state === 'done' || state === 'cancelled';
    return hasEnded && retriedAs === undefined && rows.some((row) => row !== 'done');
  }

  retry(id: string, as: string): void {
    const batch = this.get(id);
    const carried = batch.rows.map((row) => (row === 'done' ? 'done' : 'pending'));
    this.start(as, carried.length, carried);
    batch.retriedAs = as;
  }

  setClosed(closed: boolean): void {
    this.closed = closed;
    for (const batch of this.batches) {
      if (closed && batch.state === 'running') batch.state = 'paused';
      if (!closed && batch.state === 'paused') batch.state = 'running';
    }
  }

  countsOf(id: string): Counts {
    const batch = this.get(id);
    const counts = { ...noCounts, total: batch.rows.length };
    for (const row of batch.rows) counts[row] += 1;
    return counts;
  }

  get(id: string): ModelBatch {
    const batch = this.batches.find((each) => each.id === id);
    if (batch === undefined) throw new Error(`No batch ${id} in the model`);
    return batch;
  }

  private takeBackOverdue(batch: ModelBatch): void {
    for (const [chunk, { overdue, started }] of batch.leases) {
      if (!overdue) continue;
      batch.crashes.set(chunk, (batch.crashes.get(chunk) ?? 0) + 1);
      if (started !== undefined) {
        batch.suspicions.set(started, (batch.suspicions.get(started) ?? 0) + 1);
      }
      this.giveBack(batch, chunk);
    }
  }

  private giveBack(batch: ModelBatch, chunk: number): void {
    batch.leases.delete(chunk);
    setRows(batch, chunk, ['running', 'pending']);
  }
}

function rowsOf(batch: ModelBatch, chunk: number, state: RowState): number[] {
  return [...batch.rows.keys()].filter(
    (index) => Math.floor(index / rowsPerChunk) === chunk && batch.rows[index] === state,
  );
}

function setRows(batch: ModelBatch, chunk: number, [from, to]: [RowState, RowState]): void {
  for (const index of rowsOf(batch, chunk, from)) batch.rows[index] = to;
}

function countOf(batch: ModelBatch, state: RowState): number {
  return batch.rows.filter((row) => row === state).length;
}
