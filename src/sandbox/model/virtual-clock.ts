// Time as the simulated engine knows it: appointments, kept in order. A virtual clock jumps from one to
// the next; a real clock (real-clock.ts) waits for them.

export interface Clock {
  /** Milliseconds. While an appointment is met: its planned time, however late it really is. */
  now(): number;
  /** Calls `meet` once at that time, never before this call returns; at equal times, in the order of
   *  asking. */
  at(timeMs: number, meet: () => void): Appointment;
  /** Meets what is due by now. To be called before anything from outside comes in. */
  catchUp(): void;
}

export interface Appointment {
  cancel(): void;
}

class Entry implements Appointment {
  readonly timeMs: number;
  readonly order: number;
  readonly meet: () => void;
  isCancelled = false;

  constructor(timeMs: number, order: number, meet: () => void) {
    this.timeMs = timeMs;
    this.order = order;
    this.meet = meet;
  }

  cancel(): void {
    this.isCancelled = true;
  }

  isBefore(other: Entry): boolean {
    if (this.timeMs !== other.timeMs) return this.timeMs < other.timeMs;
    return this.order < other.order;
  }
}

export class VirtualClock implements Clock {
  /** A binary heap: each entry is before the two at twice its place. */
  readonly #heap: Entry[] = [];
  #nowMs: number;
  #asked = 0;

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  at(timeMs: number, meet: () => void): Appointment {
    this.#asked += 1;
    const entry = new Entry(Math.max(timeMs, this.#nowMs), this.#asked, meet);
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    return entry;
  }

  catchUp(): void {
    // Nothing is ever late here.
  }

  /** When the next appointment is, or Infinity. */
  nextMs(): number {
    while (this.#heap[0]?.isCancelled === true) this.#take();
    return this.#heap[0]?.timeMs ?? Infinity;
  }

  /** Meets everything up to then, and goes on to then; never back. */
  advanceTo(timeMs: number): void {
    while (this.nextMs() <= timeMs) {
      const next = this.#take();
      if (next === undefined) break;
      this.#nowMs = next.timeMs;
      next.meet();
    }
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  #take(): Entry | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, above)) return;
      at = above;
    }
  }

  #sink(): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [this.#heap[left], this.#heap[left + 1]];
      if (one === undefined) return;
      const below = other?.isBefore(one) === true ? left + 1 : left;
      if (!this.#swapIfBefore(below, at)) return;
      at = below;
    }
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const [one, other] = [this.#heap[lower], this.#heap[upper]];
    if (one === undefined || other === undefined || !one.isBefore(other)) return false;
    this.#heap[lower] = other;
    this.#heap[upper] = one;
    return true;
  }
}
