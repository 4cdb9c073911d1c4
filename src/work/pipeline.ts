// Rows are prepared ahead of the gates: leased rows wait here, cheaply, and are started as there is room,
// those of the batch with the fewest in the pipeline first. The room follows what this process has at the
// model servers, so that it needs no setting.

import { createAges } from './ages.ts';
import { createBatchRows, type PipelineRow, type RowLimits } from './batch-rows.ts';
import { createPlace, type OwnPlace } from './row-place.ts';
import { createSolitude } from './solitude.ts';

export interface PipelineLimits extends RowLimits {
  /** A row in preparation for longer than this does not count against the others' room… */
  readonly slowMs: number;
  /** …as long as there are no more such rows than this. */
  readonly maxSlow: number;
}

export const pipelineDefaults: PipelineLimits = {
  rowsAhead: 64,
  maxBytes: 24 * 1024 * 1024,
  maxPerHost: 48,
  slowMs: 1000,
  maxSlow: 512,
  maxHeldOfBatch: 2000,
  maxHeld: 10_000,
};

export interface Pipeline {
  add(rows: readonly PipelineRow[]): void;
  /** Takes out those of the rows that have not been started, and returns them. */
  drop(rows: readonly PipelineRow[]): readonly PipelineRow[];
  /** The batches that have rows enough here: there is no use in leasing more of them now. */
  sated(): readonly string[];
}

/** `onHungry` is called when a batch has come to need more rows. */
export function createPipeline(limits: PipelineLimits, onHungry: () => void): Pipeline {
  const batches = createBatchRows(limits);
  const ages = createAges<OwnPlace>(limits.slowMs, () => refill());
  const solitude = createSolitude(() => refill());
  let isRefilling = false;

  const refill = (): void => {
    // A row that is started may move on at once.
    if (isRefilling) return;
    isRefilling = true;
    for (const place of ages.takeOld(limits.maxSlow - batches.total.slow)) place.markSlow();
    const take = (): PipelineRow | undefined => (solitude.wants() ? undefined : batches.take());
    for (let row = take(); row !== undefined; row = take()) start(row);
    isRefilling = false;
    if (batches.noteHunger()) onHungry();
  };

  const start = (row: PipelineRow): void => {
    const place: OwnPlace = createPlace({
      tallies: [batches.total, batches.tallyOf(row)],
      onPrepared() {
        ages.end(place);
        batches.donePreparing(row);
      },
      onMoved: refill,
    });
    ages.begin(place);
    const leave = solitude.enter();
    void row.run(place).finally(() => {
      leave();
      place.leave();
      batches.forget(row);
      refill();
    });
  };

  return {
    add(rows) {
      for (const row of rows) {
        if (row.isSolitary === true) solitude.add(row);
        else batches.add(row);
      }
      refill();
    },
    drop: (rows) => rows.filter((row) => solitude.drop(row) || batches.drop(row)),
    sated: batches.sated,
  };
}
