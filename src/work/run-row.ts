// A row's way from its cells to its outcome: prompt, pictures, model, commit.

import type { Batch } from '../batch/batch.ts';
import { buildPrompt } from '../batch/prompt.ts';
import { pixelBudgets, type Recipe } from '../batch/recipe.ts';
import type { Row, WorkedOutcome } from '../batch/row.ts';
import type { Table } from '../batch/table.ts';
import { toImageTokens, toWeight } from '../batch/tokens.ts';
import type { CommitResult, LeaseRef } from '../batch/lease.ts';
import type { PreparedImage } from '../batch/completion.ts';
import { toFault, type Fault } from '../errors.ts';
import { askModel, type RowSignals } from './ask-model.ts';
import { askOnce, type AskOnceNeeds } from './ask-once.ts';
import type { Log } from '../logger.ts';
import { isOutage } from './outage-error.ts';
import { pause } from './pause.ts';
import type { Ledger, PrepareImage } from './ports.ts';
import type { RowPlace } from './row-place.ts';
import type { Turns } from './turns.ts';

export interface RowNeeds extends AskOnceNeeds {
  readonly ledger: Ledger;
  readonly prepareImage: PrepareImage;
  readonly log: Log;
}

/** A batch whose rows may run: everything that reading has fixed is there. */
export type RunningBatch = Batch & { readonly recipe: Recipe; readonly table: Table };

export interface RowJob {
  readonly row: Row;
  readonly lease: LeaseRef;
  readonly batch: RunningBatch;
  readonly signals: RowSignals;
  readonly place: RowPlace;
}

/** Works the row and records its outcome; without an outcome the row goes back with its lease. */
export async function runRow(job: RowJob, needs: RowNeeds): Promise<void> {
  const outcome = await toOutcome(job, needs);
  if (outcome === undefined) return;
  const { lease, row } = job;
  const result = await commit(job, outcome, needs);
  if (result !== 'committed') {
    needs.log.info({ batch: lease.batchId, line: row.line, result }, 'an outcome came too late');
  }
}

const retryCommitMs = 500;

/** Holds the outcome while Redis takes no writes, for as long as the row is this process's: it has cost a request
 *  to the model server. What is held counts as a row in the pipeline, which bounds it. */
async function commit(
  { lease, row, signals }: RowJob,
  outcome: WorkedOutcome,
  { ledger }: RowNeeds,
): Promise<CommitResult> {
  for (;;) {
    try {
      return await ledger.commit(lease, row, outcome);
    } catch (error) {
      if (!isOutage(error) || signals.all.aborted) throw error;
      await pause(retryCommitMs, signals.all);
    }
  }
}

async function toOutcome(job: RowJob, needs: RowNeeds): Promise<WorkedOutcome | undefined> {
  const { row, batch, signals } = job;
  try {
    return await workRow(job, needs);
  } catch (error) {
    if (signals.unsent.aborted || signals.all.aborted) return undefined;
    needs.log.error({ err: error, batch: batch.id, line: row.line }, 'a row met a bug');
    return failed(toFault('E_INTERNAL', { batch: batch.id, line: row.line }));
  }
}

async function workRow(job: RowJob, needs: RowNeeds): Promise<WorkedOutcome | undefined> {
  const { row, batch, signals, place } = job;
  const { recipe, table } = batch;
  if (row.fault !== undefined) return failed(row.fault);
  const prompt = buildPrompt({ recipe, table, row });
  if ('code' in prompt) return failed(prompt);
  const images = await prepareImages(job, needs.prepareImage);
  if ('code' in images) return failed(images);
  place.prepared(images.reduce((sum, image) => sum + image.bytes.length, 0));

  const tokens =
    images.reduce((sum, image) => sum + toImageTokens(image), 0) +
    prompt.tokens +
    recipe.sampling.maxTokens;
  const { outputs, sampling } = recipe;
  const { system, text } = prompt;
  const request = { system, text, images, outputs, sampling };
  const at = { batch: batch.id, line: row.line };
  const question = { request, weight: toWeight(tokens), signals, place: at };
  const asking = { ...needs, turns: toNotedTurns(needs.turns, place) };
  const asked =
    recipe.cache === false ? askModel(question, asking) : askOnce(question, place, asking);
  // Without waiting here: while the row waits for another's answer nothing may hold its pictures.
  const animatedPictures = images.filter(({ warning }) => warning === 'animated').length;
  return asked.then((outcome) => withAnimated(outcome, animatedPictures));
}

/** A request under way is none that waits. */
function toNotedTurns(turns: Turns, place: RowPlace): Turns {
  return {
    run: (turn, work) => turns.run(turn, (endpoint) => place.send(() => work(endpoint))),
  };
}

function withAnimated(
  outcome: WorkedOutcome | undefined,
  animatedPictures: number,
): WorkedOutcome | undefined {
  if (outcome?.status !== 'done' || animatedPictures === 0) return outcome;
  return { ...outcome, animatedPictures };
}

/** The row's pictures in order, or the first fault. */
async function prepareImages(
  { row, batch, signals }: RowJob,
  prepareImage: PrepareImage,
): Promise<readonly PreparedImage[] | Fault> {
  const pixelBudget = pixelBudgets[batch.recipe.detail];
  const options = { batch, pixelBudget, signal: signals.unsent };
  const prepared = await Promise.all(row.images.map((image) => prepareImage(image, options)));
  const images: PreparedImage[] = [];
  for (const image of prepared) {
    if ('code' in image) return image;
    images.push(image);
  }
  return images;
}

function failed(fault: Fault): WorkedOutcome {
  return { status: 'failed', fault };
}
