// The read step: a dropped file becomes rows in the ledger, and the batch may run.
//
// It may run more than once for a batch (the process died, Redis was away): the same bytes give the
// same chunks, and nothing can be leased before `startRunning`, so a repetition overwrites.

import type { Batch, Drop } from '../batch/batch.ts';
import { parseInstructions, type Instructions } from '../batch/instructions.ts';
import type { Language } from '../batch/language.ts';
import { resolveRecipe } from '../batch/recipe-resolve.ts';
import type { SortedFile } from '../batch/spooled-file.ts';
import { hasPictures, type TableReader } from '../batch/table.ts';
import { UserError, type Fault } from '../errors.ts';
import { audit } from '../logger.ts';
import { admitBatch } from './admit-batch.ts';
import { fetchDropped, NotMeantError } from './fetch-dropped.ts';
import { claimFingerprint, toFileHash, toFingerprint } from './fingerprint.ts';
import type { OpenTableOptions } from './reread-rows.ts';
import { retryBatch, type RetryNeeds } from './retry-batch.ts';
import type { Step } from './step.ts';
import { writeChunks } from './write-chunks.ts';

export interface ReadNeeds extends RetryNeeds {
  /** Whether files that cannot be opened, for this reason, still look as if they were meant. */
  looksLikeBatch(files: readonly SortedFile[], fault: Fault): Promise<boolean>;
  languageOf(user: string): Promise<Language>;
  /** Why the person may not start it. Rejects while it cannot be told. */
  findRefusal(drop: Drop): Promise<Fault | undefined>;
}

export function createReadStep(needs: ReadNeeds): Step {
  return async (batchId, signal) => {
    const batch = await needs.ledger.readBatch(batchId);
    if (batch?.state !== 'reading') return;
    await needs.ledger.setLanguage(batchId, await needs.languageOf(batch.drop.user));
    const refusal = await needs.findRefusal(batch.drop);
    let seen = batch;
    const noteHash = (fileHash: string): void => void (seen = { ...batch, fileHash });
    try {
      if (refusal !== undefined && batch.drop.addressed) throw new UserError(refusal);
      const { retryOf } = batch.drop;
      if (retryOf === undefined) await read(batch, { ...needs, refusal, noteHash }, signal);
      else await retryBatch({ batch, retryOf }, needs, signal);
    } catch (error) {
      if (error instanceof NotMeantError) await needs.ledger.discard(batchId);
      // Whoever may not start a batch hears that, whatever else is wrong with the file.
      else if (error instanceof UserError) await refuse(seen, refusal ?? error.fault, needs);
      else throw error;
    }
  };
}

async function refuse(batch: Batch, fault: Fault, { ledger, log }: ReadNeeds): Promise<void> {
  if (!(await ledger.refuse(batch.id, fault))) return;
  audit(log, { event: 'refusal', batch, by: batch.drop.user, code: fault.code });
}

interface Reading extends ReadNeeds {
  /** A file that was not addressed to Darkroom is looked at first: it may not be meant for it. */
  readonly refusal: Fault | undefined;
  noteHash(fileHash: string): void;
}

async function read(batch: Batch, needs: Reading, signal: AbortSignal): Promise<void> {
  await using stack = new AsyncDisposableStack();
  stack.defer(() => needs.removeFiles(batch.drop));
  const files = await fetchDropped(batch, needs, signal);
  const fileHash = toFileHash(files);
  needs.noteHash(fileHash);
  const asked = readInstructions(batch.drop.text);
  const grouping = !(asked instanceof UserError) && asked.options.group !== false;
  const reader = await open(batch, files, { needs, grouping, signal });
  if (needs.refusal !== undefined) throw new UserError(needs.refusal);
  // Only now: what is wrong with the words is no news about files that were not meant.
  if (asked instanceof UserError) throw asked;
  const recipe = resolveRecipe(asked, reader.table);
  await claimFingerprint(batch, toFingerprint(batch.drop, { fileHash, recipe, grouping }), needs);
  const tableBytes = toTableBytes(files);
  await needs.ensureRoom({ tableBytes });
  await needs.ledger.noteTable(batch.id, reader.table);
  await writeChunks(batch.id, reader, { ledger: needs.ledger, signal });
  const plan = {
    table: reader.table,
    summary: reader.summary(),
    recipe,
    fileHash,
    textIgnored: asked.ignoredText,
  };
  const { rows } = plan.summary;
  await needs.ensureRoom({ tableBytes, rows });
  const admission = await admitBatch(batch, rows, needs);
  const model = await needs.findModel();
  const running = await needs.ledger.startRunning(batch.id, plan, admission);
  // Rows read their pictures from the files; the batch's end removes them, unless it was before.
  if (running && hasPictures(plan.summary)) stack.move();
  const started = { ...batch, fileHash, ...(model === undefined ? {} : { model }) };
  if (running) audit(needs.log, { event: 'start', batch: started, by: batch.drop.user, rows });
}

function readInstructions(text: string): Instructions | UserError {
  try {
    return parseInstructions(text);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

async function open(
  batch: Batch,
  files: readonly SortedFile[],
  { needs, ...options }: OpenTableOptions & { needs: ReadNeeds },
): Promise<TableReader> {
  try {
    return await needs.openTable(files, options);
  } catch (error) {
    if (!(error instanceof UserError) || batch.drop.addressed) throw error;
    if (await needs.looksLikeBatch(files, error.fault)) throw error;
    throw new NotMeantError('no pictures', { cause: error });
  }
}

/** Pictures stay in their files; only the tables' rows go to Redis. */
function toTableBytes(files: readonly SortedFile[]): number {
  return files.reduce((sum, { kind, bytes }) => (kind === 'table' ? sum + bytes : sum), 0);
}
