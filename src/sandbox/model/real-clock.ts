// The clock of a simulated engine that runs in real time. Appointments are met late by as much as the
// machine is late, but at their planned times: what follows from them is planned from there, so that a
// busy machine does not slow the simulated GPU down.

import { VirtualClock, type Appointment, type Clock } from './virtual-clock.ts';

export class RealClock implements Clock, Disposable {
  readonly #planned = new VirtualClock(performance.now());
  #timer: NodeJS.Timeout | undefined;
  #timerMs = Infinity;
  #isCatchingUp = false;

  now(): number {
    return this.#planned.now();
  }

  at(timeMs: number, meet: () => void): Appointment {
    const appointment = this.#planned.at(timeMs, meet);
    if (!this.#isCatchingUp) this.#setTimer();
    return appointment;
  }

  catchUp(): void {
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    try {
      this.#planned.advanceTo(performance.now());
    } finally {
      this.#isCatchingUp = false;
      this.#setTimer();
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timerMs = -Infinity;
  }

  /** One timer, for the next appointment. One that comes too early only looks again. */
  #setTimer(): void {
    const nextMs = this.#planned.nextMs();
    if (nextMs >= this.#timerMs) return;
    clearTimeout(this.#timer);
    this.#timerMs = nextMs;
    const onTime = (): void => {
      this.#timerMs = Infinity;
      this.catchUp();
    };
    this.#timer = setTimeout(onTime, Math.max(0, Math.ceil(nextMs - performance.now())));
  }
}
