// Every call that the bot made, with its time, what it asked (never a token) and what it got.
import type { Json } from './json.ts';

export interface CallRecord {
  number: number;
  method: string;
  /** Milliseconds since 1970. */
  at: number;
  args: Json;
  /** The HTTP status, or 0 when the connection was cut on purpose. */
  status: number;
  ok: boolean;
  error?: string;
}

/** Copies arguments without what is secret. */
export function withoutTokens(args: Json): Json {
  const { token: _secret, ...rest } = args;
  return rest;
}
