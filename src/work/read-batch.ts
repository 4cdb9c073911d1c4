// The read step: a dropped file becomes rows in the ledger, and the batch may run.
//
// It may run more than once for a batch (the process died, Redis was away): the same bytes give the
// same chunks, and nothing can be leased before `startRunning`, so a repetition overwrites.

import { createHash } from 'node:crypto';
import type { Batch, Drop } from '../batch/batch.ts';
import { parseInstructions } from '../batch/instructions.ts';
import type { Language } from '../batch/language.ts';
import type { Recipe } from '../batch/recipe.ts';
import { resolveRecipe } from '../batch/recipe-resolve.ts';
import type { SpooledFile } from '../batch/spooled-file.ts';
import type { TableReader } from '../batch/table.ts';
import { toFault, UserError, type Fault } from '../errors.ts';
import type { Log } from '../logger.ts';
import type { Ledger } from './ports.ts';

/** Chunks on their way to Redis at once while a file is read. */
const writesAtOnce = 8;

export interface ReadNeeds {
  readonly ledger: Ledger;
  readonly log: Log;
  /** The dropped file on this machine's disk, until it is disposed. */
  fetchFile(drop: Drop, signal: AbortSignal): Promise<SpooledFile & AsyncDisposable>;
  openTable(file: SpooledFile, signal: AbortSignal): Promise<TableReader>;
  /** Whether a file that cannot be opened still looks as if it was meant: its header names pictures. */
  looksLikeBatch(file: SpooledFile): Promise<boolean>;
  languageOf(user: string): Promise<Language>;
  /** Something that a person can follow to another batch. */
  linkTo(batchId: string): Promise<string>;
}

type ReadStep = (batchId: string, signal: AbortSignal) => Promise<void>;

/** A file that nobody meant for Darkroom: it is left without a word. */
class NotMeantError extends Error {}

export function createReadStep(needs: ReadNeeds): ReadStep {
  return async (batchId, signal) => {
    const batch = await needs.ledger.readBatch(batchId);
    if (batch?.state !== 'reading') return;
    try {
      await needs.ledger.setLanguage(batchId, await needs.languageOf(batch.drop.user));
      await read(batch, needs, signal);
    } catch (error) {
      if (error instanceof NotMeantError) await needs.ledger.discard(batchId);
      else if (error instanceof UserError) await refuse(batch, error.fault, needs);
      else throw error;
    }
  };
}

async function refuse(batch: Batch, fault: Fault, { ledger, log }: ReadNeeds): Promise<void> {
  log.info({ batch: batch.id, code: fault.code }, 'a batch was refused');
  await ledger.refuse(batch.id, fault);
}

async function read(batch: Batch, needs: ReadNeeds, signal: AbortSignal): Promise<void> {
  await using file = await fetchFile(batch, { needs, signal });
  const reader = await open(batch, file, { needs, signal });
  const instructions = parseInstructions(batch.drop.text);
  const recipe = resolveRecipe(instructions, reader.table);
  await claim(batch, toFingerprint(batch.drop, file, recipe), needs);
  await needs.ledger.noteTable(batch.id, reader.table);
  await writeChunks(batch.id, reader, { ledger: needs.ledger, signal });
  const plan = {
    table: reader.table,
    summary: reader.summary(),
    recipe,
    fileHash: file.hash,
    textIgnored: instructions.ignoredText,
  };
  const running = await needs.ledger.startRunning(batch.id, plan);
  needs.log.info({ batch: batch.id, rows: plan.summary.rows, running }, 'a file was read');
}

/** Slack tells of some files only their id, so that it comes out here what kind they are. */
async function fetchFile(
  { drop }: Batch,
  { needs, signal }: { needs: ReadNeeds; signal: AbortSignal },
): Promise<SpooledFile & AsyncDisposable> {
  try {
    return await needs.fetchFile(drop, signal);
  } catch (error) {
    const noTable = error instanceof UserError && error.fault.code === 'E_FILE_NOT_TABLE';
    if (noTable && !drop.addressed) throw new NotMeantError('no table', { cause: error });
    throw error;
  }
}

async function open(
  batch: Batch,
  file: SpooledFile,
  { needs, signal }: { needs: ReadNeeds; signal: AbortSignal },
): Promise<TableReader> {
  try {
    return await needs.openTable(file, signal);
  } catch (error) {
    if (!(error instanceof UserError) || batch.drop.addressed) throw error;
    if (await needs.looksLikeBatch(file)) throw error;
    throw new NotMeantError('no picture column', { cause: error });
  }
}

/** The same person, file and recipe: dropped twice by mistake, most likely. */
function toFingerprint(drop: Drop, file: SpooledFile, recipe: Recipe): string {
  const parts = [drop.team, drop.user, file.hash, JSON.stringify(recipe)];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

async function claim(batch: Batch, fingerprint: string, needs: ReadNeeds): Promise<void> {
  const other = await needs.ledger.claimFingerprint(batch.id, fingerprint);
  if (other === undefined || other === batch.id) return;
  const link = await needs.linkTo(other);
  throw new UserError(toFault('E_ALREADY_RUNNING', { id: other, link }));
}

async function writeChunks(
  batchId: string,
  reader: TableReader,
  { ledger, signal }: { ledger: Ledger; signal: AbortSignal },
): Promise<void> {
  const writing = new Set<Promise<void>>();
  let index = 0;
  for await (const rows of reader.chunks()) {
    signal.throwIfAborted();
    const write = ledger.writeChunk(batchId, index, rows).finally(() => writing.delete(write));
    // Its rejection is met where the set is awaited; this only keeps it from counting as unhandled.
    write.catch(() => {});
    writing.add(write);
    index += 1;
    if (writing.size >= writesAtOnce) await Promise.race(writing);
  }
  await Promise.all(writing);
}
