// How batches, model servers, Redis and the disk are at a moment, for whoever watches.

/** A model server, as a process that asks it knows it. */
export interface ServerReading {
  /** Its host and port. */
  readonly endpoint: string;
  /** About a second late. */
  readonly open: boolean;
  readonly gate: {
    /** Weight and requests in flight, and the weight that may be, over all processes. */
    readonly inFlight: number;
    readonly requests: number;
    readonly budget: number;
    /** Rows that wait at this process's gate. */
    readonly queued: number;
  };
}

/** Batches in one state, and for one reason where they are paused. */
export interface BatchGroup {
  /** As in batch.ts; another version may know more of them. */
  readonly state: string;
  /** Why they are paused; '' where they are not. */
  readonly reason: string;
  readonly batches: number;
  /** Rows without an outcome that nobody holds. */
  readonly pendingRows: number;
  /** Rows without an outcome that a worker holds. */
  readonly leasedRows: number;
  /** Since the rows of one of them wait, since it is read, or since its results wait to be delivered; 0 where
   *  nothing waits. */
  readonly longestWaitSeconds: number;
}

/** All batches, and Redis itself; the same in every process. */
export interface SurveyReading {
  readonly groups: readonly BatchGroup[];
  /** Leases that were taken back from workers that had died or stood still. */
  readonly leasesExpired: number;
  readonly rowsCancelled: number;
  /** Batches whose rows did not add up and were counted anew. */
  readonly failedChecks: number;
  /** `maxBytes` is 0 without a limit. */
  readonly memory: { readonly usedBytes: number; readonly maxBytes: number };
}

/** Bytes of a disk that batches leave to logs and other programs: with less no new one is taken. */
export const sparedDiskBytes = 64_000_000;

/** What dropped files take on this machine, and what is left of its disk. */
export interface DiskReading {
  /** Dropped files that are kept while their batches need them. */
  readonly spoolBytes: number;
  readonly freeBytes: number;
}
