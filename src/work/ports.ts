// What the engine needs from the world around it. The edge folders provide these; app.ts joins them.

import type { Admission, Batch, BatchPlan, PauseReason } from '../batch/batch.ts';
import type {
  CompletionRequest,
  CompletionResult,
  NamedResult,
  PreparedImage,
} from '../batch/completion.ts';
import type { Language } from '../batch/language.ts';
import type { CommitResult, Lease, LeaseRef, RenewResult } from '../batch/lease.ts';
import type { Mistake, MistakeVerdict } from '../batch/mistake.ts';
import type { FinishedRow } from '../batch/results.ts';
import type { DoneOutcome, ImageReference, Row, WorkedOutcome } from '../batch/row.ts';
import type { Table } from '../batch/table.ts';
import type { Fault } from '../errors.ts';

// ---- the ledger ----

/** The truth about batches and rows. Every method may reject with an error while Redis is away. */
export interface Ledger {
  readBatch(id: string): Promise<Batch | undefined>;
  setLanguage(id: string, language: Language): Promise<void>;
  /** The file was opened and is one of pictures: from now on people are told of the batch. */
  noteTable(id: string, table: Table): Promise<void>;

  /** Overwrites: the same bytes give the same chunks. */
  writeChunk(id: string, chunk: number, rows: readonly Row[]): Promise<void>;
  /** What rows of a chunk are already, by position, in a batch that retries another's rows. Overwrites. */
  carryOutcomes(
    id: string,
    chunk: number,
    outcomes: readonly (DoneOutcome | undefined)[],
  ): Promise<void>;
  /** Claims (person, file, recipe) while the batch runs; the id of the batch that holds it, if another. */
  claimFingerprint(id: string, fingerprint: string): Promise<string | undefined>;
  /** reading -> running (or paused while the model server is away), with the total. False if it is no longer being
   *  read. */
  startRunning(id: string, plan: BatchPlan, admission?: Admission): Promise<boolean>;
  /** Counts the rows against what the batch's person may have in a day, once a batch; not where the day has fewer
   *  left. */
  chargeRows(
    id: string,
    rows: number,
    most: number,
  ): Promise<{ readonly counted: boolean; readonly left: number; readonly secondsToReset: number }>;
  /** Rows per second that the last batches reached. */
  lastRate(): Promise<number | undefined>;
  /** reading -> refused. Chunks already written are removed. False where it was stopped meanwhile. */
  refuse(id: string, fault: Fault): Promise<boolean>;
  /** reading -> refused, and nobody is told: the file was not meant for Darkroom. */
  discard(id: string): Promise<void>;

  /** A chunk of the running batch that has the least in flight, apart from those to leave out; undefined when
   *  there is nothing to do. */
  lease(worker: string, leaveOut?: readonly string[]): Promise<Lease | undefined>;
  /** Extends the leases; answers for each whether it is still held or what became of it. */
  renew(leases: readonly LeaseRef[]): Promise<readonly RenewResult[]>;
  commit(lease: LeaseRef, row: Row, outcome: WorkedOutcome): Promise<CommitResult>;
  /** Gives the chunk back at once; its rows without an outcome are pending again. */
  release(lease: LeaseRef): Promise<void>;
  /** A row of a lease with caution is begun now, see lease.ts; false where the lease is no longer held. */
  noteStart(lease: LeaseRef, row: Row): Promise<boolean>;
  /** The model server rejected a row: what that means for it, and how often it was rejected so far. Pauses the
   *  batch where the first rows all met the same. */
  noteMistake(
    id: string,
    mistake: Mistake,
  ): Promise<{ readonly verdict: MistakeVerdict; readonly times: number }>;
  setModel(id: string, model: string): Promise<void>;

  /** Calls back when a batch was cancelled in any process. */
  onCancelled(listener: (batchId: string) => void): void;
  /** Calls back when a batch's state was changed in any process. */
  onChanged(listener: (batchId: string) => void): void;

  /** Everything of a batch in input order, a chunk at a time. Rows without an outcome come as cancelled. Rejects
   *  with DamageError where rows are lost. */
  readResults(id: string): AsyncIterable<readonly FinishedRow[]>;
  /** finishing -> done | cancelled. Idempotent. Rejects with DamageError where the rows do not add up, and leaves
   *  it. */
  end(id: string): Promise<void>;
  /** Counts the rows of a batch that is to be finished anew and puts right what is wrong: finishing -> running (or
   *  paused) where rows run again, of which it tells the number. Undefined where that was done too often. */
  recheck(id: string): Promise<number | undefined>;
}

/** The model server's state as all processes see it. */
export interface Endpoint {
  /** Pauses every running batch. The first reason and time stand until it is opened. */
  close(reason: PauseReason): Promise<void>;
  /** Resumes every paused batch. */
  open(): Promise<void>;
  closed(): Promise<{ reason: PauseReason; sinceMs: number } | undefined>;
}

/** The limiter in front of one model server. */
export interface Gate {
  /** Runs `work` when its weight fits into the budget. Rejects with the signal's reason while still waiting. */
  run<T>(job: { weight: number; signal: AbortSignal }, work: () => Promise<T>): Promise<T>;
  /** Weight that may be in flight over all processes, as last seen; costs no Redis command. 8 or more. */
  budget(): number;
}

/** The right to find the answer to a question; it ends with `keep` or `release`, and with the process. */
export interface AnswerClaim {
  /** Stores the answer: a cell for each output column. */
  keep(fields: readonly string[]): Promise<void>;
  release(): Promise<void>;
}

/** Answers that were given before, in any batch and any process. Everything may reject. */
export interface AnswerCache {
  /** The stored answer, or the right to find it; 'busy' while another row of any process has that. */
  claim(
    key: string,
  ): Promise<
    | { readonly kind: 'answer'; readonly fields: readonly string[] }
    | { readonly kind: 'claim'; readonly claim: AnswerClaim }
    | { readonly kind: 'busy' }
  >;
}

// ---- pictures and model ----

/** terminal: the row fails with the fault. Transient failures are retried inside and then terminal. */
export type PrepareImage = (
  reference: ImageReference,
  options: {
    readonly batch: Pick<Batch, 'id' | 'drop' | 'summary'>;
    readonly pixelBudget: number;
    readonly signal: AbortSignal;
  },
) => Promise<PreparedImage | Fault>;

export interface ModelServer {
  /** Rejects only when the signal aborts. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<NamedResult>;
  /** The model that would be asked now; undefined while the server does not tell. Rejects only when the
   *  signal aborts. */
  findModel(signal: AbortSignal): Promise<string | undefined>;
  /** Whether the server answers: /health, then the model's name, then one token. */
  probe(signal: AbortSignal): Promise<'up' | 'away' | 'misconfigured'>;
}

/** Judges the server by what its answers look like, over all rows. */
export interface Breaker {
  /** The reason to close the endpoint, when this result was one too many. */
  record(result: CompletionResult): PauseReason | undefined;
  /** Answers recorded so far. */
  answers(): number;
}

/** One model server and what guards it. */
export interface ModelEndpoint {
  readonly name: string;
  readonly gate: Gate;
  readonly server: ModelServer;
  readonly breaker: Breaker;
  /** Shared with the other processes. */
  readonly state: Endpoint;
  /** As far as this process knows, at most about a second late; its own closing and opening shows at once. */
  isOpen(): boolean;
  /** The server said that it is busy (429, 503): the pace backs off. Never throws. */
  noteBusy(): void;
}
