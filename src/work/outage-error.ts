// Telling what will be there again from what will not: a step waits for the one as long as it takes, and fails
// for the other.

import { UserError } from '../errors.ts';

/** Somebody else's trouble, that passes. */
export class OutageError extends Error {
  constructor(cause: unknown) {
    super('not available now', { cause });
    this.name = 'OutageError';
  }
}

/** What goes wrong inside it is an outage, unless it can only be a mistake of ours. */
export function toPatient<Arguments extends unknown[], Result>(
  call: (...args: Arguments) => Promise<Result>,
): (...args: Arguments) => Promise<Result> {
  return async (...args) => {
    try {
      return await call(...args);
    } catch (error) {
      throw error instanceof UserError || isMistake(error) ? error : new OutageError(error);
    }
  };
}

/** Also what Redis, the network and the disk say of themselves, anywhere among the causes. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof OutageError) return true;
  const code: unknown = Reflect.get(error, 'code');
  // Node's own codes for wrong arguments begin like this.
  const isSystems = typeof code === 'string' && !code.startsWith('ERR_');
  const isRedisAway =
    error.name === 'ReplyError' &&
    /^(OOM|MISCONF|LOADING|READONLY|BUSY|MASTERDOWN|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM)/.test(
      error.message,
    );
  return isSystems || isRedisAway || isOutage(error.cause);
}

/** Whether a disk was full, anywhere among the causes: a download wraps what the disk says. */
export function isNoSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code: unknown = Reflect.get(error, 'code');
  return code === 'ENOSPC' || code === 'EDQUOT' || isNoSpace(error.cause);
}

/** fetch throws TypeErrors too, for a cause that it names. */
function isMistake(error: unknown): boolean {
  const isOurs =
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError;
  return isOurs && error.cause === undefined;
}
