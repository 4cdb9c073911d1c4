// What is read when somebody asks for the metrics. A reading that cannot be had in time is undefined.

export interface Readings {
  /** The model servers that this process asks; none in a process that runs no rows. */
  servers(): Promise<readonly ServerReading[] | undefined>;
  survey(): Promise<SurveyReading | undefined>;
  disk(): Promise<DiskReading | undefined>;
  /** Whether everything is there that this process needs. */
  ready(): Promise<boolean>;
  /** Whether the watchdog finds that it hangs. */
  stalled(): boolean;
  /** Absent in a process that holds no conversation. */
  readonly slackConnected?: (() => boolean) | undefined;
}

export interface ServerReading {
  /** Its host and port. */
  readonly endpoint: string;
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

/** The same in every process. */
export interface SurveyReading {
  readonly groups: readonly BatchGroup[];
  readonly leasesExpired: number;
  readonly rowsCancelled: number;
  /** `maxBytes` is 0 without a limit. */
  readonly memory: { readonly usedBytes: number; readonly maxBytes: number };
}

/** Batches in one state, and for one reason where they are paused. */
export interface BatchGroup {
  readonly state: string;
  readonly reason: string;
  readonly batches: number;
  /** Rows without an outcome that nobody holds, and that workers hold. */
  readonly pendingRows: number;
  readonly leasedRows: number;
  /** Of the batch that has waited longest; 0 where none waits. */
  readonly longestWaitSeconds: number;
}

/** Of this machine. */
export interface DiskReading {
  /** Dropped files that are kept while their batches need them. */
  readonly spoolBytes: number;
  readonly freeBytes: number;
}
