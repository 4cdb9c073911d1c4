// What Darkroom remembers about its own messages, shared by all processes and kept over restarts.
// Nothing here is ever rebuilt by reading threads.

/** What a batch's thread shows. */
export interface ThreadState {
  /** The message that is edited in place. */
  readonly progressTs?: string;
  /** Set just before the progress message is posted and removed after: a post of unknown outcome. Epoch ms. */
  readonly postingSinceMs?: number;
  /** Fingerprint of what the progress message shows, so that nothing is edited without a change. */
  readonly digest?: string;
  /** The last edit or post. Epoch ms. */
  readonly editedMs?: number;
  /** The reaction on the dropped message. */
  readonly reaction?: string;
  /** The message that asks operators for their word, where it stands, and what it shows. */
  readonly approval?: { readonly channel: string; readonly ts: string; readonly digest: string };
  /** Set just before that message is posted and removed after: a post of unknown outcome. Epoch ms. */
  readonly askingSinceMs?: number;
  /** Messages that are posted once and stay: where each stands, or when its post began. */
  readonly [said: `said:${string}`]: number | Stand | undefined;
}

export interface Stand {
  readonly channel: string;
  readonly ts: string;
}

/** A new value, or null to forget the field; what is not named stays. */
export type ThreadChange = { readonly [Field in keyof ThreadState]?: ThreadState[Field] | null };

export interface UploadFile {
  readonly name: string;
  readonly bytes: number;
  /** Known from `url_issued` on. */
  readonly fileId?: string;
}

/** How far the upload of a batch's files is. Each stage is stored before what it allows is begun. */
export interface UploadRecord {
  readonly stage: 'planned' | 'url_issued' | 'bytes_sent' | 'completed' | 'undeliverable';
  readonly files: readonly UploadFile[];
  /** Where the files go: the batch's thread, or a direct message where the thread is closed to us. */
  readonly channel: string;
  readonly threadTs: string;
  /** Slack's word for why they are undeliverable. */
  readonly refusal?: string;
}

/** The same of results that were given before the end, in the last outage of a model server. */
export interface SoFarRecord extends UploadRecord {
  /** The beginning of the outage; milliseconds since 1970. */
  readonly outageMs: number;
  /** Ids of files from outages before. */
  readonly earlier: readonly string[];
}

export interface ThreadMemory {
  /** Notes that the batch's thread has something to be told. Idempotent. */
  open(batchId: string): Promise<void>;
  /** Nothing is left to tell of a batch that was seen with this retry; of one that has another by now there is. */
  settle(batchId: string, retriedAs?: string): Promise<void>;
  /** The batches that were opened and not settled. */
  unsettled(): Promise<readonly string[]>;

  /** One process speaks for a batch at a time; true also where this process holds the right already. `as`: another
   *  name than this process's, to have the right against its own turns too. */
  claimSpeaker(batchId: string, ttlMs: number, as?: string): Promise<boolean>;
  readThread(batchId: string): Promise<ThreadState>;
  writeThread(batchId: string, change: ThreadChange): Promise<void>;
  /** Takes one of the edits that all processes together may make in a minute; false when none is left. */
  spendEdit(): Promise<boolean>;
  /** True for the first caller with this key within a day, over all processes. */
  claimOnce(key: string): Promise<boolean>;

  readUpload(batchId: string): Promise<UploadRecord | undefined>;
  writeUpload(batchId: string, record: UploadRecord): Promise<void>;
  readSoFar(batchId: string): Promise<SoFarRecord | undefined>;
  writeSoFar(batchId: string, record: SoFarRecord): Promise<void>;
}
