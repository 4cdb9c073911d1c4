// The rows' way through this process: leased, prepared, asked at a model server, committed.

import type { EngineParts, RowEdge } from './engine.ts';
import { createImageSource } from '../images/image-source.ts';
import { openModelEndpoints, type OwnEndpoint } from './model-endpoints.ts';
import { openKeptPictures } from './open-kept-pictures.ts';
import { createPrepareImage } from './prepare-image.ts';
import { createPrepareOnce } from './prepare-once.ts';
import type { Spool } from './spool.ts';
import { toOwnView } from './own-view.ts';
import { createModelNote } from '../work/model-note.ts';
import { createQuestions } from '../work/questions.ts';
import { createRowWorker } from '../work/row-worker.ts';
import { createStrikes } from '../work/strikes.ts';
import { createTurns } from '../work/turns.ts';

export interface Rows extends AsyncDisposable {
  readonly endpoints: readonly OwnEndpoint[];
}

/** How long requests under way may take to end when the process stops; under compose's stop_grace_period. */
const stopGraceMs = 25_000;

/** This process runs rows from the moment it resolves; disposing gives back what is not finished. */
export async function startRows(
  parts: EngineParts,
  { spool, edges }: { readonly spool: Spool; readonly edges: RowEdge },
): Promise<Rows> {
  const { config, log, stores } = parts;
  await using stack = new AsyncDisposableStack();
  const { endpoints } = stack.use(await openModelEndpoints(parts, edges));
  const images = stack.adopt(createImageSource(config.images), (source) => source.close());
  const kept = stack.use(await openKeptPictures(parts));
  const ledger = toOwnView(stores.ledger, { endpoints, edges });
  const worker = createRowWorker({
    ledger,
    log,
    turns: createTurns(endpoints),
    endpoints,
    prepareImage: createPrepareOnce(createPrepareImage(images, spool), kept),
    strikes: createStrikes(),
    answers: stores.answers,
    questions: createQuestions(),
    noteModel: createModelNote(ledger, log),
  });
  worker.start();
  stack.defer(() => worker.stop(stopGraceMs));
  const started = stack.move();
  return { endpoints, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
