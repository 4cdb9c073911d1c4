// The engine without a conversation, all of it in one process: for the command line, and to measure it.
// app.ts joins the same parts by the role of its process.

import type { Batch, Drop, DroppedFile } from '../batch/batch.ts';
import type { Language } from '../batch/language.ts';
import type { WorkedOutcome } from '../batch/row.ts';
import type { SpooledFile } from '../batch/spooled-file.ts';
import type { OutageNews } from '../batch/outage.ts';
import type { ResultFile, WrittenResults } from '../batch/results.ts';
import type { EngineConfig } from '../config.ts';
import type { Limits } from '../config/rules.ts';
import type { Fault } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { GateRepair } from '../queue/gate-keeper.ts';
import { startRows, type Rows } from './start-rows.ts';
import { startSpool } from './start-spool.ts';
import { startSteps } from './steps.ts';
import type { Stores } from './stores.ts';

/** What every part of the engine has. */
export interface EngineParts {
  readonly config: EngineConfig;
  readonly log: Logger;
  readonly stores: Stores;
  /** What one person may have worked on; without end where it is absent. */
  readonly limits?: Limits;
}

/** Where dropped files come from. */
export interface FileEdge {
  /** Writes a dropped file into the directory. Throws UserError where that can never work. */
  fetchFile(file: DroppedFile, directory: string, signal: AbortSignal): Promise<SpooledFile>;
}

/** The people of a batch. */
export interface PeopleEdge {
  /** Gives the results to the person; resolves when that is certain. Called again after a crash. */
  deliver(batch: Batch, results: WrittenResults, signal: AbortSignal): Promise<void>;
  /** Gives the results so far to the person while the batch waits for a model server, once an outage; nobody
   *  is given them where this is absent. */
  deliverSoFar?(
    batch: Batch,
    file: ResultFile,
    outage: { readonly sinceMs: number; readonly signal: AbortSignal },
  ): Promise<void>;
  /** Tells whoever looks after the model servers. */
  tellOutage?(news: OutageNews): Promise<void>;
  languageOf(user: string): Promise<Language>;
  /** Why the person may not start it; everybody may where this is absent. Rejects while it cannot be told. */
  findRefusal?(drop: Drop): Promise<Fault | undefined>;
  /** Something that a person can follow to another batch. */
  linkTo(batchId: string): Promise<string>;
}

/** Told of what this process does with rows. */
export interface RowEdge {
  /** Recorded by this process. */
  onOutcome(outcome: WorkedOutcome): void;
  /** The worker looks for rows to lease: several times a second, whatever it has. */
  onLook?(): void;
  onLeased?(): void;
  /** Of a lease that was had: everything is done, or it was not started or lost. */
  onReleased?(): void;
  /** Another worker may have taken over what this one holds. */
  onLost?(): void;
  /** A request to a model server begins, and ends. */
  onSent?(): void;
  onAnswered?(request: EndedRequest): void;
  /** Of a gate: slots of processes that are gone were freed, or the weight in flight was corrected. */
  onRepair?(repair: { readonly endpoint: string } & GateRepair): void;
}

export interface EndedRequest {
  readonly endpoint: string;
  /** As in completion.ts, or 'aborted'. */
  readonly result: string;
  readonly seconds: number;
}

/** What differs between the bot and the command line. */
export interface EngineEdges extends FileEdge, PeopleEdge, RowEdge {}

export interface Engine extends AsyncDisposable {
  readonly endpoints: Rows['endpoints'];
}

/** Works from the moment it resolves; disposing gives back what is not finished. */
export async function startEngine({
  edges,
  ...parts
}: EngineParts & { readonly edges: EngineEdges }): Promise<Engine> {
  await using stack = new AsyncDisposableStack();
  const spool = stack.use(startSpool(parts, edges));
  stack.use(startSteps(parts, { spool, edges }));
  const { endpoints } = stack.use(await startRows(parts, { spool, edges }));
  const started = stack.move();
  return { endpoints, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
