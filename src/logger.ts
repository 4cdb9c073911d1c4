// The log: JSON lines through pino. Secrets never reach it, wherever in an entry they stand; the
// content of people's files is never given to it.

import pino from 'pino';

export type Logger = pino.Logger;

/** The part of a logger that most of the code needs. Entries hold ids and codes, never content of files. */
export interface Log {
  info(entry: object, message: string): void;
  warn(entry: object, message: string): void;
  error(entry: object, message: string): void;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

// pino redacts by path only, so a token in a message or an error text would pass; these are found
// anywhere in the finished line.
const secrets: readonly (readonly [RegExp, string])[] = [
  [/xox[a-z]-[\w-]+/g, '[slack token]'],
  [/xapp-[\w-]+/g, '[slack token]'],
  [/Bearer\s+[\w.~+/=-]+/gi, 'Bearer [secret]'],
  [/\bsk-[\w-]{8,}/g, '[key]'],
  [/(rediss?:\/\/)[^@\s"/]*@/g, '$1[secret]@'],
  [/(https?:\/\/[^\s"?#]+)\?[^\s"#]*/g, '$1?[query]'],
  [/(https?:\/\/)[^@\s"/]*@/g, '$1[secret]@'],
];

/** A log line without tokens, keys, passwords in addresses, and queries of URLs. */
export function scrub(line: string): string {
  return secrets.reduce((text, [pattern, mask]) => text.replaceAll(pattern, mask), line);
}

/** An error as the log keeps it; request and response objects that libraries attach are left out. */
function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code: unknown = Reflect.get(error, 'code');
  return {
    type: name,
    message,
    stack,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: serializeError(cause) }),
  };
}

/** `destination` is standard output unless a test or a command line tool gives another. */
export function createLogger(level: LogLevel, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: serializeError },
    hooks: { streamWrite: scrub },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
