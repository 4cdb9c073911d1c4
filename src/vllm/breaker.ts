// Judges the model server by the results of all rows together, so that a server that is away pauses
// the batches instead of failing their rows. It only counts; closing and opening is for others.
//
//   refused (key, model, path)                     close at once: model-misconfigured
//   3 silent results in a row                      close: model-away
//   more than half of the last 20 silent or failed close: model-away
//
// Silent: no connection, a proxy's 502 to 504, or nothing by the deadline. Failed: a 500, which may also
// lie in the row, so that a few in a row prove nothing. A busy server is there and counts as neither,
// until it was nothing but busy 20 times in a row.

import type { PauseReason } from '../batch/batch.ts';
import type { CompletionResult } from '../batch/completion.ts';

export interface Breaker {
  /** The reason to close the endpoint, when this result was one too many; counting then starts anew. */
  record(result: CompletionResult): PauseReason | undefined;
  /** Answers recorded so far. */
  answers(): number;
}

export interface BreakerOptions {
  readonly silentInARow?: number;
  readonly window?: number;
  readonly badShare?: number;
}

type Sign = 'good' | 'failed' | 'silent' | 'refused' | 'busy';

export function createBreaker(options: BreakerOptions = {}): Breaker {
  const { silentInARow = 3, window = 20, badShare = 0.5 } = options;
  let recent: Sign[] = [];
  let answers = 0;
  let busyInARow = 0;

  const isBroken = (): boolean => {
    const last = recent.slice(-silentInARow);
    if (last.length === silentInARow && last.every((sign) => sign === 'silent')) return true;
    const bad = recent.filter((sign) => sign !== 'good').length;
    return recent.length === window && bad > window * badShare;
  };

  return {
    record(result) {
      if (result.kind === 'answer') answers += 1;
      const sign = toSign(result);
      busyInARow = sign === 'busy' ? busyInARow + 1 : 0;
      if (sign === 'busy') return busyInARow < window ? undefined : close('model-away');
      recent = [...recent, sign].slice(-window);
      if (sign === 'refused') return close('model-misconfigured');
      // A good result must be kept, and a server that gives one is there.
      return sign !== 'good' && isBroken() ? close('model-away') : undefined;
    },
    answers: () => answers,
  };

  function close(reason: PauseReason): PauseReason {
    recent = [];
    busyInARow = 0;
    return reason;
  }
}

function toSign(result: CompletionResult): Sign {
  switch (result.kind) {
    case 'answer':
    case 'rejected':
      return 'good';
    case 'retry':
      return toRetrySign(result.fault.code);
    case 'away':
      return result.busy === true ? 'busy' : 'silent';
    case 'misconfigured':
      return 'refused';
  }
}

function toRetrySign(code: string): Sign {
  if (code === 'E_MODEL_TIMEOUT') return 'silent';
  // A bad answer is the row's or the prompt's matter; the server did its work.
  return code === 'E_MODEL_BAD_OUTPUT' ? 'good' : 'failed';
}
