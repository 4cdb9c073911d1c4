// Which questions this process is finding answers to, and which have failed so often that equal rows
// no longer wait for one another.

import type { CompletionRequest } from '../batch/completion.ts';

/** Failures of one question after which every row asks for itself: one after the other, a thousand rows
 *  that all fail would take a thousand times as long. */
const failuresToWaitFor = 2;

/** Questions remembered as failing; the oldest is forgotten first. */
const most = 1000;

export interface FoundAnswer {
  /** A cell for each output column. */
  readonly fields: readonly string[];
  /** The model that gave it. */
  readonly model: string;
}

/** A question that is being asked. */
export interface OpenQuestion {
  readonly request: CompletionRequest;
  /** Undefined where there is no answer: then the next row asks. Never rejects. */
  readonly answer: Promise<FoundAnswer | undefined>;
}

export interface Questions {
  /** The equal question that is being asked already. */
  find(key: string): OpenQuestion | undefined;
  /** `settle` with the answer, or with nothing. Nobody else may have the question open. */
  open(key: string, request: CompletionRequest): (answer?: FoundAnswer) => void;
  note(key: string, status: 'done' | 'failed'): void;
  /** Whether it is worth waiting for another row's answer to it. */
  isPromising(key: string): boolean;
}

export function createQuestions(): Questions {
  const open = new Map<string, OpenQuestion>();
  const failures = new Map<string, number>();
  return {
    find: (key) => open.get(key),
    open(key, request) {
      const { promise, resolve } = Promise.withResolvers<FoundAnswer | undefined>();
      open.set(key, { request, answer: promise });
      return (answer) => {
        open.delete(key);
        resolve(answer);
      };
    },
    note(key, status) {
      if (status === 'done') failures.delete(key);
      else failures.set(key, (failures.get(key) ?? 0) + 1);
      const [oldest] = failures.keys();
      if (failures.size > most && oldest !== undefined) failures.delete(oldest);
    },
    isPromising: (key) => (failures.get(key) ?? 0) < failuresToWaitFor,
  };
}
