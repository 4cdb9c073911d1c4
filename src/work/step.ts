// What is done with a batch as a whole: it is read, it is finished, its thread is given the results so far.

/** Rejects where it is to run again, and may run again also where it did not; the signal aborts where another process
 *  may have taken it over. */
export type Step = (batchId: string, signal: AbortSignal) => Promise<void>;
