// The window of rows that are prepared ahead of the gate, bounded in rows and in bytes of pictures.
//
// inside <-> parked -> left; only so many rows may be parked that the leases of a worker stay few.

export interface Window {
  /** Resolves when another row may enter. It waits only for rows to leave, and every row leaves. */
  room(): Promise<void>;
  enter(): WindowPlace;
}

export interface WindowPlace {
  /** Adds the bytes that the row's prepared pictures take until it leaves. */
  hold(bytes: number): void;
  /** The row waits for another row's answer: others may have its room until it comes back. */
  park(): void;
  /** At once, also where the window is full by now. */
  comeBack(): void;
  /** Gives the place back; once, however often it is called. */
  leave(): void;
}

export interface WindowLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Rows that may be parked. */
  readonly maxParked: number;
}

export function createWindow(limits: WindowLimits): Window {
  const used = { rows: 0, bytes: 0, parked: 0 };
  let waiting: (() => void)[] = [];

  const hasRoom = (): boolean =>
    used.rows < limits.maxRows && used.bytes < limits.maxBytes && used.parked < limits.maxParked;

  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };

  return {
    async room() {
      while (!hasRoom()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.push(resolve);
        await promise;
      }
    },
    enter: () => createPlace(used, wake),
  };
}

interface Used {
  rows: number;
  bytes: number;
  parked: number;
}

function createPlace(used: Used, wake: () => void): WindowPlace {
  let held = 0;
  let state: 'inside' | 'parked' | 'left' = 'inside';
  used.rows += 1;

  const moveTo = (next: typeof state): void => {
    if (state === next || state === 'left') return;
    const inside = Number(next === 'inside') - Number(state === 'inside');
    used.rows += inside;
    used.bytes += inside * held;
    used.parked += Number(next === 'parked') - Number(state === 'parked');
    state = next;
    wake();
  };

  return {
    hold(amount) {
      held += amount;
      if (state === 'inside') used.bytes += amount;
    },
    park: () => moveTo('parked'),
    comeBack: () => moveTo('inside'),
    leave: () => moveTo('left'),
  };
}
