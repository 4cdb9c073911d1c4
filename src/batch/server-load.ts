// What a model server says of its own load.

/** One reading. Counters only grow, until the server is started anew. */
export interface ServerLoad {
  /** Requests in the engine, and in its queue. Those whose pictures are being prepared count in neither. */
  readonly running: number;
  readonly waiting: number;
  /** Share of the KV cache in use, 0 to 1; of several engines the fullest. 0 where it is not told. */
  readonly kvUse: number;
  /** Since the server's start. */
  readonly preemptions: number;
  /** Tokens read and written since the server's start. */
  readonly tokens: number;
}
