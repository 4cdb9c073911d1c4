// A row's place in the pipeline, and what it counts for there.
//
// preparing -> ready <-> sent; ready <-> parked; every state -> left
//      \-> slow -/

export interface RowPlace {
  /** The row's pictures are there, and take so many bytes. */
  prepared(bytes: number): void;
  /** Runs the model request. While it runs its pictures do not count as waiting. */
  send<T>(request: () => Promise<T>): Promise<T>;
  /** The row waits for another row's answer: others may have its room until it comes back. */
  park(): void;
  /** At once, also where the pipeline is full by now. */
  comeBack(): void;
}

type State = 'preparing' | 'slow' | 'ready' | 'sent' | 'parked' | 'left';

/** What rows take in the pipeline together: all of them, or those of one batch. */
export interface PlaceTally {
  /** Rows that count against the others' room. */
  rows: number;
  /** Of prepared pictures that wait. */
  bytes: number;
  /** Rows with a request under way. */
  sent: number;
  /** Rows whose preparation takes so long that they count no more. */
  slow: number;
}

export function createTally(): PlaceTally {
  return { rows: 0, bytes: 0, sent: 0, slow: 0 };
}

export interface OwnPlace extends RowPlace {
  /** What is still being prepared counts no more until it is ready. */
  markSlow(): void;
  /** Once, however often it is called. */
  leave(): void;
}

export interface PlaceOptions {
  /** Each is kept up to date. */
  readonly tallies: readonly PlaceTally[];
  /** The row is not in preparation any more. */
  onPrepared(): void;
  /** What the row counts for has changed. */
  onMoved(): void;
}

export function createPlace({ tallies, onPrepared, onMoved }: PlaceOptions): OwnPlace {
  let state: State = 'preparing';
  let bytes = 0;
  for (const tally of tallies) count(tally, { state, bytes }, 1);

  const moveTo = (next: State, bytesNow = bytes): void => {
    if (state === next || state === 'left') return;
    const wasPrepared = isPrepared(state);
    for (const tally of tallies) {
      count(tally, { state, bytes }, -1);
      count(tally, { state: next, bytes: bytesNow }, 1);
    }
    state = next;
    bytes = bytesNow;
    if (!wasPrepared && isPrepared(state)) onPrepared();
    onMoved();
  };

  return {
    prepared: (amount) => moveTo('ready', amount),
    async send(request) {
      const answer = request();
      // Only then: the room that this makes is used at once, which must not hold the request up.
      moveTo('sent');
      try {
        return await answer;
      } finally {
        moveTo('ready');
      }
    },
    park: () => moveTo('parked'),
    comeBack: () => moveTo('ready'),
    markSlow: () => moveTo('slow'),
    leave: () => moveTo('left'),
  };
}

function isPrepared(state: State): boolean {
  return state !== 'preparing' && state !== 'slow';
}

function count(
  tally: PlaceTally,
  { state, bytes }: { readonly state: State; readonly bytes: number },
  sign: 1 | -1,
): void {
  if (state === 'preparing' || state === 'ready' || state === 'sent') tally.rows += sign;
  if (state === 'ready') tally.bytes += sign * bytes;
  if (state === 'sent') tally.sent += sign;
  if (state === 'slow') tally.slow += sign;
}
