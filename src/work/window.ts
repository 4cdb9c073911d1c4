// The window of rows that are prepared ahead of the gate, bounded in rows and in bytes of pictures.

export interface Window {
  /** Resolves when another row may enter. It waits only for rows to leave, and every row leaves. */
  room(): Promise<void>;
  enter(): WindowPlace;
}

export interface WindowPlace {
  /** Adds the bytes that the row's prepared pictures take until it leaves. */
  hold(bytes: number): void;
  /** Gives the place back; once, however often it is called. */
  leave(): void;
}

export function createWindow(limits: { maxRows: number; maxBytes: number }): Window {
  let rows = 0;
  let bytes = 0;
  let waiting: (() => void)[] = [];

  const hasRoom = (): boolean => rows < limits.maxRows && bytes < limits.maxBytes;

  return {
    async room() {
      while (!hasRoom()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.push(resolve);
        await promise;
      }
    },
    enter() {
      rows += 1;
      let held = 0;
      let inside = true;
      return {
        hold(amount) {
          held += amount;
          bytes += amount;
        },
        leave() {
          if (!inside) return;
          inside = false;
          rows -= 1;
          bytes -= held;
          const woken = waiting;
          waiting = [];
          for (const resolve of woken) resolve();
        },
      };
    },
  };
}
