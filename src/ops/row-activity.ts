// What a worker does, counted for the watchdog and told to the metrics.

import type { WorkedOutcome } from '../batch/row.ts';

export interface RowListener {
  onOutcome(outcome: WorkedOutcome): void;
  onLost(): void;
  onAnswered(request: EndedRequest): void;
  onRepair(repair: Repair): void;
}

export interface EndedRequest {
  readonly endpoint: string;
  readonly result: string;
  readonly seconds: number;
}

export type Repair = { readonly endpoint: string } & (
  | { readonly kind: 'reaped' | 'orphaned'; readonly slots: number }
  | { readonly kind: 'reconciled'; readonly before: number; readonly now: number }
);

export interface RowActivity extends RowListener {
  onLook(): void;
  onLeased(): void;
  onReleased(): void;
  onSent(): void;
  /** Something else that rows wait for has moved. */
  onProgress(): void;

  /** Changes whenever a row, or a lease that was had, moves on. */
  moves(): number;
  /** Changes whenever rows are looked for. */
  looks(): number;
  /** Leases that are held. */
  held(): number;
  /** Requests to model servers under way. */
  inFlight(): number;
}

export function createRowActivity(listener: RowListener): RowActivity {
  let moves = 0;
  let looks = 0;
  let held = 0;
  let inFlight = 0;
  return {
    onOutcome(outcome) {
      moves += 1;
      listener.onOutcome(outcome);
    },
    onLost: listener.onLost,
    onRepair: listener.onRepair,
    onAnswered(request) {
      moves += 1;
      inFlight -= 1;
      listener.onAnswered(request);
    },
    onSent() {
      moves += 1;
      inFlight += 1;
    },
    onLook() {
      looks += 1;
    },
    onLeased() {
      moves += 1;
      held += 1;
    },
    onReleased() {
      moves += 1;
      held -= 1;
    },
    onProgress() {
      moves += 1;
    },
    moves: () => moves,
    looks: () => looks,
    held: () => held,
    inFlight: () => inFlight,
  };
}
