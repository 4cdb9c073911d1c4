// Rows that run while nothing else does: a row is suspected of killing its worker, and must neither take others
// with it nor be blamed for what others do. The process drains, runs it, and goes on.

import type { PipelineRow } from './batch-rows.ts';
import { createPlace } from './row-place.ts';

export interface Solitude {
  add(row: PipelineRow): void;
  /** False where the row does not wait here. */
  drop(row: PipelineRow): boolean;
  /** While a row waits for solitude, or has it, no other may be started. */
  wants(): boolean;
  /** Another row is started; to be called again when it has come to its end. */
  enter(): () => void;
}

/** `onOver` is called when others may start again. */
export function createSolitude(onOver: () => void): Solitude {
  const waiting: PipelineRow[] = [];
  let others = 0;
  let isTaken = false;

  const startNext = (): void => {
    if (isTaken || others > 0) return;
    const row = waiting.shift();
    if (row === undefined) return;
    isTaken = true;
    // It counts against nobody's room: there is nobody.
    const place = createPlace({ tallies: [], onPrepared() {}, onMoved() {} });
    void row.run(place).finally(() => {
      isTaken = false;
      startNext();
      if (!isTaken) onOver();
    });
  };

  return {
    add(row) {
      waiting.push(row);
      startNext();
    },
    drop(row) {
      const position = waiting.indexOf(row);
      if (position < 0) return false;
      waiting.splice(position, 1);
      if (waiting.length === 0) onOver();
      return true;
    },
    wants: () => isTaken || waiting.length > 0,
    enter() {
      others += 1;
      return () => {
        others -= 1;
        startNext();
      };
    },
  };
}
