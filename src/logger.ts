// The log: JSON lines through pino. Secrets never reach it, wherever in an entry they stand; the
// content of people's files is never given to it.

import pino from 'pino';
import type { Batch } from './batch/batch.ts';
import { version } from './version.ts';

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
  [/xox[a-z](?:\.xox[a-z])?-[\w.%-]+/gi, '[slack token]'],
  [/xapp-[\w.%-]+/gi, '[slack token]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [secret]'],
  [/\bsk-[\w-]{8,}/g, '[key]'],
  [/(rediss?:\/\/)[^@\s"/]*@/gi, '$1[secret]@'],
  // Whoever has one of these addresses may answer or upload in the app's name.
  [/(hooks\.slack\.com\/\w+|slack\.com\/upload\/v\d+)\/[^\s"?#]+/g, '$1/[secret]'],
  [
    /((?:signing[_-]?secret|api[_-]?key|password|passwd|x-slack-signature)\W{1,4})[\w.~+/=-]{4,}/gi,
    '$1[secret]',
  ],
  [/(https?:\/\/[^\s"?#]+)\?[^\s"#]*/g, '$1?[query]'],
  [/(https?:\/\/)[^@\s"/]*@/g, '$1[secret]@'],
];

/**
 * A log line without tokens, keys, passwords in addresses, and queries of URLs. `known` are secrets whose
 * form tells nothing, such as a signing secret: they are taken out wherever they stand.
 */
export function scrub(line: string, known: readonly string[] = []): string {
  const unknown = known.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line);
  return secrets.reduce((text, [pattern, mask]) => text.replaceAll(pattern, mask), unknown);
}

/** A shorter one could be part of anything. */
const shortestSecret = 6;

/** As they are, and as they stand in JSON and in addresses. */
function toForms(known: readonly string[]): readonly string[] {
  const forms = known.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  return [...new Set(forms)].filter((form) => form.length >= shortestSecret);
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

/** What somebody did that others may have to answer for. */
export type AuditEvent =
  | 'start'
  | 'refusal'
  | 'approval'
  | 'decline'
  | 'cancel'
  | 'pause'
  | 'resume'
  | 'retry'
  | 'purge';

export interface AuditEntry {
  readonly event: AuditEvent;
  readonly batch: Pick<Batch, 'id' | 'drop' | 'fileHash' | 'model'>;
  /** A Slack user id. */
  readonly by: string;
  /** Why, where something was refused: an error code. */
  readonly code?: string;
  readonly rows?: number;
}

/** One line at `info`, told from others by `audit: true`: who, where and which file, but nothing of what is in it. */
export function audit(log: Pick<Log, 'info'>, { event, batch, by, code, rows }: AuditEntry): void {
  const { id, drop, fileHash, model } = batch;
  const { team, channel, user: uploader } = drop;
  const place = { team, channel, thread: drop.threadTs };
  const entry = { event, by, batch: id, ...place, uploader, fileHash, model, code, rows, version };
  log.info({ audit: true, ...entry }, `audit: ${event}`);
}

export interface LoggerOptions {
  /** Standard output unless a test or a command line tool gives another. */
  readonly destination?: pino.DestinationStream;
  /** Secrets of this installation, kept out of every line whatever they look like. */
  readonly secrets?: readonly string[];
}

export function createLogger(level: LogLevel, more: LoggerOptions = {}): Logger {
  const { destination, secrets: own = [] } = more;
  const known = toForms(own);
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: serializeError },
    hooks: { streamWrite: (line) => scrub(line, known) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
