// The leased rows of all batches in this process: which of them may be started now, and of which batch.

import { createHostLanes, type HostedRow, type HostLanes } from './host-lanes.ts';
import { createTally, type PlaceTally, type RowPlace } from './row-place.ts';

export interface RowLimits {
  /** Rows that may be in the pipeline besides those with a request under way, and a quarter as many. */
  readonly rowsAhead: number;
  /** Bytes of prepared pictures that wait. */
  readonly maxBytes: number;
  /** Rows of one batch and host that are prepared at once: what a host's pace can use, and a few that are
   *  being decoded. */
  readonly maxPerHost: number;
  /** Leased rows of one batch. */
  readonly maxHeldOfBatch: number;
  /** Leased rows of all batches; each may have its equal share of it nevertheless. */
  readonly maxHeld: number;
}

/** With so many rows that can be started a batch needs no other chunk: leasing one takes milliseconds, and what
 *  lies here is missing in other processes. */
const leastReady = 10;

/** A leased row. */
export interface PipelineRow extends HostedRow {
  readonly batch: string;
  /** Nothing else may run in this process meanwhile. */
  readonly isSolitary?: boolean;
  /** Works the row; called at most once. Never rejects. */
  run(place: RowPlace): Promise<void>;
}

export interface BatchRows {
  /** What all started rows take. */
  readonly total: PlaceTally;
  /** What those of the row's batch take. */
  tallyOf(row: PipelineRow): PlaceTally;
  add(row: PipelineRow): void;
  /** A row to start, for which there is room: of the batch that has the fewest in the pipeline. */
  take(): PipelineRow | undefined;
  donePreparing(row: PipelineRow): void;
  /** A row that was taken has come to its end. */
  forget(row: PipelineRow): void;
  /** False where the row was taken before. */
  drop(row: PipelineRow): boolean;
  /** The batches that need no more rows here now. */
  sated(): readonly string[];
  /** Whether a batch has come to need more since it was asked last. */
  noteHunger(): boolean;
}

interface BatchShare {
  readonly lanes: HostLanes<PipelineRow>;
  readonly tally: PlaceTally;
  /** Its leased rows that have not come to their end. */
  held: number;
  /** Counts up: among equals the batch goes first of which none was taken for longest. */
  takenAt: number;
  isHungry: boolean;
}

/** All batches together. */
interface Whole {
  readonly limits: RowLimits;
  readonly batches: Map<string, BatchShare>;
  readonly total: PlaceTally;
  held: number;
}

export function createBatchRows(limits: RowLimits): BatchRows {
  const batches = new Map<string, BatchShare>();
  const whole: Whole = { limits, batches, total: createTally(), held: 0 };
  let taken = 0;

  const shareOf = ({ batch }: PipelineRow): BatchShare => {
    const share = batches.get(batch) ?? createShare(limits.maxPerHost, ++taken);
    batches.set(batch, share);
    return share;
  };

  const hold = (row: PipelineRow, rows: 1 | -1): BatchShare => {
    const share = shareOf(row);
    whole.held += rows;
    share.held += rows;
    if (share.held === 0) batches.delete(row.batch);
    return share;
  };

  return {
    total: whole.total,
    tallyOf: (row) => shareOf(row).tally,
    add: (row) => hold(row, 1).lanes.add(row),
    take() {
      const share = findNext(whole);
      if (share !== undefined) share.takenAt = ++taken;
      return share?.lanes.take();
    },
    donePreparing: (row) => shareOf(row).lanes.done(row),
    forget: (row) => void hold(row, -1),
    drop(row) {
      const isDropped = batches.get(row.batch)?.lanes.remove(row) === true;
      if (isDropped) hold(row, -1);
      return isDropped;
    },
    sated: () =>
      [...batches].filter(([, share]) => !isHungry(share, whole)).map(([batch]) => batch),
    noteHunger: () => noteHunger(whole),
  };
}

function createShare(maxPerHost: number, takenAt: number): BatchShare {
  const lanes = createHostLanes<PipelineRow>(maxPerHost);
  return { lanes, tally: createTally(), held: 0, takenAt, isHungry: true };
}

function findNext(whole: Whole): BatchShare | undefined {
  let next: BatchShare | undefined;
  for (const share of whole.batches.values()) {
    if (share.lanes.ready() === 0 || !hasRoom(share, whole)) continue;
    if (next === undefined || isBefore(share, next)) next = share;
  }
  return next;
}

/** What others took before it came keeps no batch below its equal share. */
function hasRoom({ tally }: BatchShare, { limits, total, batches }: Whole): boolean {
  const maxRows = limits.rowsAhead + total.sent + total.sent / 4;
  const { maxBytes } = limits;
  return (
    (total.rows < maxRows || tally.rows < maxRows / batches.size) &&
    (total.bytes < maxBytes || tally.bytes < maxBytes / batches.size)
  );
}

function isHungry({ lanes, held }: BatchShare, { limits, held: all, batches }: Whole): boolean {
  return (
    lanes.ready() < leastReady &&
    held < limits.maxHeldOfBatch &&
    (all < limits.maxHeld || held < limits.maxHeld / batches.size)
  );
}

function noteHunger(whole: Whole): boolean {
  let hasCome = false;
  for (const share of whole.batches.values()) {
    const now = isHungry(share, whole);
    hasCome ||= now && !share.isHungry;
    share.isHungry = now;
  }
  return hasCome;
}

function isBefore({ tally, takenAt }: BatchShare, other: BatchShare): boolean {
  return tally.rows === other.tally.rows ? takenAt < other.takenAt : tally.rows < other.tally.rows;
}
