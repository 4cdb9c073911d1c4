// When a bot was connected to Slack, and up to when every drop is known to have been taken, shared by all processes.

/** A time when no bot was connected, long enough to be told. */
export interface Absence {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Times are milliseconds since 1970, of the one clock that all processes share. */
export interface Marks {
  readonly nowMs: number;
  /** No drop before that was missed. Now, where that is not known. */
  readonly heardMs: number;
  /** When missed drops were last looked for; 0 if never. */
  readonly sweptMs: number;
}

export interface Presence {
  /** This process is connected now. */
  noteConnected(): Promise<Marks>;
  /** Missed drops were looked for from `heardMs` on; the next time it is to be from `nextMs` on. Ignored where
   *  `heardMs` has changed meanwhile. */
  noteSwept(heardMs: number, nextMs: number): Promise<void>;
  /** The last time that no bot was connected for more than ten minutes, if one is remembered. */
  readAbsence(): Promise<Absence | undefined>;
}
