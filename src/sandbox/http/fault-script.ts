// Faults on demand: what goes wrong next, in order, for the requests that it is meant for.

/** Limits a fault to requests whose text holds this; every request where it is absent. */
export interface Matching {
  readonly matching?: string | undefined;
}

export interface FaultScript<Fault extends Matching> {
  /** Lets the next `times` requests that match meet the fault; Infinity until `clear`. */
  next(fault: Fault, times?: number): void;
  /** The fault for a request with this text, if one is due; it is then used up. */
  take(text: string): Fault | undefined;
  /** How often faults are still to come. */
  left(): number;
  clear(): void;
}

export function createFaultScript<Fault extends Matching>(): FaultScript<Fault> {
  let steps: { readonly fault: Fault; left: number }[] = [];
  return {
    next: (fault, times = 1) => {
      steps.push({ fault, left: times });
    },
    take: (text) => {
      const step = steps.find(({ fault }) => text.includes(fault.matching ?? ''));
      if (step === undefined) return undefined;
      step.left -= 1;
      steps = steps.filter(({ left }) => left > 0);
      return step.fault;
    },
    left: () => steps.reduce((sum, { left }) => sum + left, 0),
    clear: () => {
      steps = [];
    },
  };
}
