// What the engine needs from the world around it. The edge folders provide these; app.ts joins them.

import type { Batch, BatchPlan, PauseReason } from '../batch/batch.ts';
import type { Language } from '../batch/language.ts';
import type { OutputColumn, Sampling } from '../batch/recipe.ts';
import type { Outcome, Row, TokenUsage, WorkedOutcome } from '../batch/row.ts';
import type { Table, TableSummary } from '../batch/table.ts';
import type { Fault } from '../errors.ts';

// ---- the ledger ----

/** The right to work on a chunk for a while. Every commit shows the token. */
export interface Lease {
  readonly batchId: string;
  readonly chunk: number;
  readonly token: string;
  /** The chunk's rows that have no outcome yet, in order. */
  readonly rows: readonly Row[];
}

export type LeaseRef = Pick<Lease, 'batchId' | 'chunk' | 'token'>;

/** committed: counted now. already: an earlier commit stands. refused: the lease is no longer ours. */
export type CommitResult = 'committed' | 'already' | 'refused';

export interface FinishedRow {
  readonly row: Row;
  readonly outcome: Outcome;
}

/** The truth about batches and rows. Every method may reject with an error while Redis is away. */
export interface Ledger {
  readBatch(id: string): Promise<Batch | undefined>;
  setLanguage(id: string, language: Language): Promise<void>;

  /** Overwrites: the same bytes give the same chunks. */
  writeChunk(id: string, chunk: number, rows: readonly Row[]): Promise<void>;
  /** Claims (person, file, recipe) while the batch runs; the id of the batch that holds it, if another. */
  claimFingerprint(id: string, fingerprint: string): Promise<string | undefined>;
  /** reading -> running (or paused while the model server is away), with the total. False if it is no longer being read. */
  startRunning(id: string, plan: BatchPlan): Promise<boolean>;
  /** reading -> refused. Chunks already written are removed. */
  refuse(id: string, fault: Fault): Promise<void>;
  /** reading -> refused, and nobody is told: the file was not meant for Darkroom. */
  discard(id: string): Promise<void>;

  /** A chunk of the running batch that has the least in flight; undefined when there is nothing to do. */
  lease(worker: string): Promise<Lease | undefined>;
  /** Extends the leases; answers for each whether it is still held or what became of it. */
  renew(
    leases: readonly LeaseRef[],
  ): Promise<readonly ('held' | 'lost' | 'cancelled' | 'paused')[]>;
  commit(lease: LeaseRef, row: Row, outcome: WorkedOutcome): Promise<CommitResult>;
  /** Gives the chunk back at once; its rows without an outcome are pending again. */
  release(lease: LeaseRef): Promise<void>;
  setModel(id: string, model: string): Promise<void>;

  /** Calls back when a batch was cancelled in any process. */
  onCancelled(listener: (batchId: string) => void): void;

  /** Everything of a batch in input order, a chunk at a time. Rows without an outcome come as cancelled. */
  readResults(id: string): AsyncIterable<readonly FinishedRow[]>;
  /** finishing -> done | cancelled. Idempotent. */
  end(id: string): Promise<void>;
}

/** The model server's state as all processes see it. */
export interface Endpoint {
  /** Pauses every running batch. The first reason and time stand until it is opened. */
  close(reason: PauseReason): Promise<void>;
  /** Resumes every paused batch. */
  open(): Promise<void>;
  closed(): Promise<{ reason: PauseReason; sinceMs: number } | undefined>;
}

/** The limiter in front of the model server. */
export interface Gate {
  /** Runs `work` when its weight fits into the budget. Rejects with the signal's reason while still waiting. */
  run<T>(job: { weight: number; signal: AbortSignal }, work: () => Promise<T>): Promise<T>;
}

// ---- reading ----

export interface SpooledFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** sha256, hex. */
  readonly hash: string;
}

export interface TableReader {
  readonly table: Table;
  /** All rows, a chunk at a time; throws UserError where the file as a whole cannot be used. */
  chunks(): AsyncIterable<readonly Row[]>;
  /** Complete once `chunks` has ended. */
  summary(): TableSummary;
}

// ---- pictures and model ----

export interface PreparedImage {
  /** JPEG, upright, without metadata, sides in multiples of 32. */
  readonly bytes: Buffer;
  /** sha256 of `bytes`, hex. */
  readonly hash: string;
  readonly width: number;
  readonly height: number;
}

/** terminal: the row fails with the fault. Transient failures are retried inside and then terminal. */
export type PrepareImage = (
  reference: string,
  options: { readonly pixelBudget: number; readonly signal: AbortSignal },
) => Promise<PreparedImage | Fault>;

export interface CompletionRequest {
  readonly system: string;
  readonly images: readonly PreparedImage[];
  /** Follows the images; may be ''. */
  readonly text: string;
  readonly outputs: readonly OutputColumn[];
  readonly sampling: Sampling;
}

/** What the model server did with a request; what follows from it is decided by `kind`. */
export type CompletionResult =
  | {
      readonly kind: 'answer';
      /** The name under which the model was asked. */
      readonly model: string;
      readonly content: string;
      readonly truncated: boolean;
      readonly usage: TokenUsage;
      readonly seconds: number;
    }
  /** This row's request is wrong for this server; the row fails, no retry. */
  | { readonly kind: 'rejected'; readonly fault: Fault }
  /** Worth another try, which counts as an attempt of the row (500, an unreadable answer, a deadline). */
  | { readonly kind: 'retry'; readonly fault: Fault; readonly afterMs?: number }
  /** The server is away or overloaded (refused, reset, 502, 503, 504, 429, an answer aborted at its
   *  shutdown); no attempt of the row. */
  | {
      readonly kind: 'away';
      readonly cause: string;
      readonly afterMs?: number;
      /** True when the server itself said that it has too much to do: it is there, and must not be closed. */
      readonly busy?: boolean;
    }
  /** The server refuses every request like it (401, 403, unknown model); an administrator must mend it. */
  | { readonly kind: 'misconfigured'; readonly cause: string };

export interface ModelServer {
  /** Rejects only when the signal aborts. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<CompletionResult>;
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

/** What the engine has to say to the engineer. Never content of people's files. */
export interface Log {
  info(entry: object, message: string): void;
  warn(entry: object, message: string): void;
  error(entry: object, message: string): void;
}

// ---- finishing ----

export interface ResultFile {
  readonly path: string;
  /** The name that people see. */
  readonly name: string;
  readonly bytes: number;
}

export interface WrittenResults {
  readonly files: readonly ResultFile[];
  readonly rows: number;
  /** Rows that are not done and stand in the to-do file. */
  readonly unfinished: number;
  /** The first three rows that are done. */
  readonly samples: readonly { readonly line: number; readonly fields: readonly string[] }[];
}
